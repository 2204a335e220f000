using System.Collections;
using System.Reflection;
using Kernels.Generators.Emission;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>What an edit makes the generator do again.</summary>
public sealed class CachingTests
{
    private const string Declarations = """
        using System;
        using Kernels;

        static partial class MyKernels
        {
            [MaskedAttention(HeadDim = 16, Mask = nameof(Near))]
            public static partial AttentionKernel Streaming { get; }

            [DenseAttention(HeadDim = 16)]
            public static partial AttentionKernel Prefill { get; }

            [DenseMatMul]
            public static partial MatMulKernel Gate { get; }

            static bool Near(int query, int key) => query - key < Limits.Window || Limits.IsSink(key);
            static int Unrelated() => 1;
        }
        """;

    private const string Limits = """
        static class Limits
        {
            public const int Window = 1024;
            public static readonly int Sinks = 4;
            public static bool IsSink(int key) => key < Sinks;
            public static string Unrelated => "a";
        }
        """;

    private static readonly (IncrementalStepRunReason, IncrementalStepRunReason) Kept = (IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached);

    [Theory]
    [InlineData("a comment", "static int Unrelated() => 1;", "// A comment.\n    static int Unrelated() => 1;", 0)]
    [InlineData("a comment within the mask", "Limits.Window ||", "Limits.Window /* sinks too */ ||", 0)]
    [InlineData("an unrelated method", "Unrelated() => 1", "Unrelated() => 2", 0)]
    [InlineData("lines before the declarations", "using Kernels;", "using Kernels;\n\n\n", 0)]
    [InlineData("another file", "\"a\"", "\"b\"", 1)]
    public void Is_not_generated_again_after(string what, string old, string @new, int file)
    {
        var reasons = Edit(file, old, @new);
        Assert.Equal(3, reasons.Count);
        Assert.All(reasons, reason => Assert.True(reason.Value == Kept, $"{what}: {reason}"));
    }

    [Theory]
    [InlineData("query - key", "key - query", 0)]
    [InlineData("Window = 1024", "Window = 512", 1)]
    [InlineData("Sinks = 4", "Sinks = 8", 1)]
    [InlineData("key < Sinks", "key <= Sinks", 1)]
    public void Only_the_kernel_whose_inlined_code_changed_is_generated_again(string old, string @new, int file)
    {
        var reasons = Edit(file, old, @new);
        Assert.Equal((IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified), reasons["Streaming"]);
        Assert.Equal(Kept, reasons["Prefill"]);
        Assert.Equal(Kept, reasons["Gate"]);
    }

    [Fact]
    public void Specs_hold_nothing_of_the_compiler()
    {
        var driver = Compiling.Driver().RunGenerators(
            Compiling.Compilation(Declarations + "partial class C { [DenseAttention] static partial string K { get; set; } }", Limits), TestContext.Current.CancellationToken);
        var specs = driver.GetRunResult().Results.Single().TrackedSteps[KernelGenerator.SpecStep].SelectMany(step => step.Outputs).Select(output => output.Value).ToArray();
        Assert.Equal(4, specs.Length);
        var visited = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var spec in specs) Walk(spec, spec.GetType().Name, visited);
        Assert.Contains(visited, value => value is "Window" or "Near");
    }

    [Fact]
    public void A_driver_keeps_no_old_compilation_alive()
    {
        var (driver, old) = RunTwice();
        for (var i = 0; i < 10 && old.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(old.IsAlive);
        GC.KeepAlive(driver);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static (GeneratorDriver Driver, WeakReference Old) RunTwice()
    {
        var first = Compiling.Compilation(Declarations, Limits);
        var second = first.AddSyntaxTrees(Compiling.Tree("class New;", "New.cs"));
        return (Compiling.Driver().RunGenerators(first).RunGenerators(second), new WeakReference(first));
    }

    [Fact]
    public void The_output_depends_on_nothing_but_the_declaration()
    {
        var first = Files(Compiling.Compilation(Declarations, Limits));
        var second = Files(Compiling.Compilation(Limits, "class Unrelated;", Declarations));
        Assert.Equal(first, second);
        Assert.Equal(3, first.Keys.Count(name => name.StartsWith("MyKernels.", StringComparison.Ordinal)));
    }

    private static SortedDictionary<string, string> Files(CSharpCompilation compilation) => new(
        Compiling.Driver().RunGenerators(compilation).GetRunResult().Results.Single().GeneratedSources.ToDictionary(file => file.HintName, file => file.SourceText.ToString()));

    // Runs the generator, replaces text in one file, runs it again; by property: why the spec and the file were made.
    private static Dictionary<string, (IncrementalStepRunReason Spec, IncrementalStepRunReason File)> Edit(int file, string old, string @new)
    {
        var compilation = Compiling.Compilation(Declarations, Limits);
        var driver = Compiling.Driver().RunGenerators(compilation, TestContext.Current.CancellationToken);
        var tree = compilation.SyntaxTrees[file];
        var text = tree.ToString();
        Assert.Contains(old, text);
        var edited = compilation.ReplaceSyntaxTree(tree, Compiling.Tree(text.Replace(old, @new), tree.FilePath));
        Compiling.AssertCompiles(Compiling.Generate(edited));
        var result = driver.RunGenerators(edited, TestContext.Current.CancellationToken).GetRunResult().Results.Single();
        var specs = result.TrackedSteps[KernelGenerator.SpecStep].SelectMany(step => step.Outputs)
            .ToDictionary(output => ((Specs.KernelSpec)output.Value).Host.PropertyName, output => output.Reason);
        var files = result.TrackedSteps[KernelGenerator.KernelStep].SelectMany(step => step.Outputs)
            .ToDictionary(output => specs.Keys.Single(name => ((GeneratedKernel)output.Value).HintName.StartsWith($"MyKernels.{name}.", StringComparison.Ordinal)), output => output.Reason);

        // A file that is written again is one whose step was not cached; programs of the other kernels must be among those kept.
        var written = result.TrackedOutputSteps.SelectMany(steps => steps.Value).SelectMany(step => step.Outputs).Select(output => output.Reason);
        Assert.True(written.Count(reason => reason != IncrementalStepRunReason.Cached) <= 3 * files.Values.Count(reason => reason == IncrementalStepRunReason.Modified));
        return specs.ToDictionary(spec => spec.Key, spec => (spec.Value, files[spec.Key]));
    }

    private static void Walk(object? value, string path, HashSet<object> visited)
    {
        if (value is null || value.GetType().IsPrimitive || value.GetType().IsEnum || !visited.Add(value)) return;
        Assert.False(
            value is ISymbol or SyntaxNode or SyntaxTree or SyntaxReference or Location or Compilation or SemanticModel or IOperation or AttributeData,
            $"{path} is a {value.GetType()}");
        if (value is string) return;
        if (value is IEnumerable items)
            foreach (var item in items) Walk(item, path + "[]", visited);
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                Walk(field.GetValue(value), $"{path}.{field.Name}", visited);
    }
}
