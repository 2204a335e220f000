using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>Compiles user code as a project that references Kernels would, with or without the generator.</summary>
internal static class Compiling
{
    public static readonly CSharpParseOptions Parse = new(Microsoft.CodeAnalysis.CSharp.LanguageVersion.CSharp13);

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name
                && (name.StartsWith("System.", StringComparison.Ordinal) || name is "Kernels.dll" or "ILGPU.dll" or "ILGPU.Algorithms.dll" or "netstandard.dll" or "mscorlib.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>A compilation of <paramref name="sources"/>, one file each.</summary>
    public static CSharpCompilation Compilation(params string[] sources) => CSharpCompilation.Create(
        "User", sources.Select((source, i) => Tree(source, $"File{i}.cs")), References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>A file of user code.</summary>
    public static SyntaxTree Tree(string source, string path) => CSharpSyntaxTree.ParseText(source, Parse, path);

    /// <summary>A driver of the generator that records why each step ran.</summary>
    public static GeneratorDriver Driver(CSharpParseOptions? parse = null) => CSharpGeneratorDriver.Create(
        [new KernelGenerator().AsSourceGenerator()], parseOptions: parse ?? Parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Runs the generator; the result holds the user's files and the generated ones.</summary>
    public static CSharpCompilation Generate(CSharpCompilation compilation)
    {
        var parse = (CSharpParseOptions)compilation.SyntaxTrees.First().Options;
        var driver = Driver(parse).RunGeneratorsAndUpdateCompilation(compilation, out var updated, out var diagnostics, TestContext.Current.CancellationToken);
        Assert.Empty(diagnostics);
        Assert.All(driver.GetRunResult().Results, result => Assert.Null(result.Exception));
        return (CSharpCompilation)updated;
    }

    /// <summary>The diagnostics a user would see: the compiler's errors and the analyzer's findings, in order of place.</summary>
    public static Diagnostic[] Diagnose(CSharpCompilation compilation)
    {
        var generated = Generate(compilation);
        var own = generated.WithAnalyzers([new KernelAnalyzer()]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return
        [
            .. generated.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
                .Concat(own).OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start),
        ];
    }

    /// <summary>Fails with the compiler's errors and the lines they stand on.</summary>
    public static void AssertCompiles(CSharpCompilation compilation)
    {
        var errors = compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Take(5)
            .Select(error => $"{error}\n    {error.Location.SourceTree?.GetText().Lines[error.Location.GetLineSpan().StartLinePosition.Line]}");
        Assert.True(!errors.Any(), string.Join("\n", errors));
    }

    /// <summary>Compiles and loads; unloading the context frees the assembly.</summary>
    public static Assembly Load(CSharpCompilation compilation, AssemblyLoadContext context)
    {
        AssertCompiles(compilation);
        using var image = new MemoryStream();
        Assert.True(compilation.WithOptions(compilation.Options.WithOptimizationLevel(OptimizationLevel.Release)).Emit(image).Success);
        image.Position = 0;
        return context.LoadFromStream(image);
    }

    /// <summary>The method called <paramref name="name"/>, wherever it stands.</summary>
    public static IMethodSymbol Method(CSharpCompilation compilation, string name)
    {
        var syntax = compilation.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
            .First(method => method.Identifier.ValueText == name);
        return compilation.GetSemanticModel(syntax.SyntaxTree).GetDeclaredSymbol(syntax)!;
    }
}
