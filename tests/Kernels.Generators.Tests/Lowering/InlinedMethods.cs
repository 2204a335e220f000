using System.Reflection;
using System.Runtime.Loader;
using Kernels.Generators.Diagnostics;
using Kernels.Generators.Emission;
using Kernels.Generators.Parsing.Lowering;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Expressions;
using Kernels.Generators.Targets.Gpu;
using Kernels.Generators.Targets.Scalar;
using Kernels.Generators.Targets.Simd;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>
/// Compiles user methods together with what each target prints for them, runs all on the same inputs, and compares lane by
/// lane. The user's method, compiled by C#, is the oracle.
/// </summary>
internal sealed class InlinedMethods : IDisposable
{
    private readonly AssemblyLoadContext _context = new("inlined", isCollectible: true);
    private readonly Type _original, _printed;
    private readonly Dictionary<string, UserMethodSpec> _methods = [];

    /// <summary>Compiles the static methods in <paramref name="members"/> called <paramref name="names"/>.</summary>
    public InlinedMethods(string members, params IEnumerable<string> names)
    {
        var compilation = Compiling.Compilation($"using System;\npublic static class Original\n{{\n{members}\n}}");
        Compiling.AssertCompiles(compilation);
        var writer = new SourceWriter();
        writer.Line("using System.Runtime.Intrinsics;");
        using (writer.Open("public static class Printed"))
        {
            foreach (var name in names)
            {
                var symbol = Compiling.Method(compilation, name);
                var findings = new Findings();
                var body = new MethodLowering(compilation, findings, TestContext.Current.CancellationToken).Lower(symbol, Location.None);
                Assert.True(body is not null, $"{name}: {findings.Error}");
                var method = new UserMethodSpec(name, new(MethodLowering.Parameters(symbol)), ValueKinds.Of(symbol.ReturnType)!.Value, body);
                _methods.Add(name, method);
                Write(writer, method, ScalarExpression.Printer, "Scalar", 1);
                Write(writer, method, GpuExpression.Printer, "Gpu", 1);
                foreach (var width in VectorWidth.All) Write(writer, method, SimdExpression.Printer(width), "Simd" + width.Bits, width.Lanes);
            }
        }

        Text = writer.ToString();
        var assembly = Compiling.Load(compilation.AddSyntaxTrees(Compiling.Tree(Text, "Printed.cs")), _context);
        _original = assembly.GetType("Original")!;
        _printed = assembly.GetType("Printed")!;
    }

    public static readonly string[] Targets = ["Scalar", "Gpu", "Simd128", "Simd256", "Simd512"];

    /// <summary>The printed text.</summary>
    public string Text { get; }

    /// <summary>Compares every target with the original on <paramref name="count"/> tuples of arguments.</summary>
    /// <param name="name">The method.</param>
    /// <param name="count">A multiple of 16.</param>
    /// <param name="argument">The value of a parameter of some kind in tuple i.</param>
    /// <param name="tolerance">Allowed error of float results, relative to the larger of the result and 1; 0 for bit-equal results.</param>
    public void Compare(string name, int count, Func<ParameterExpression, int, object> argument, double tolerance = 0)
    {
        var method = _methods[name];
        var columns = method.Parameters.Select(parameter => Column(parameter, count, argument)).ToArray();
        var original = _original.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        var expected = new object?[count];
        for (var i = 0; i < count; i++)
        {
            try
            {
                expected[i] = original.Invoke(null, columns.Select(column => column.GetValue(i)).ToArray());
            }
            catch (TargetInvocationException)
            {
                // Where C# throws, a kernel may compute anything, but must not throw.
            }
        }

        foreach (var target in Targets)
        {
            var results = Array.CreateInstance(Clr(method.Result), count);
            _printed.GetMethod($"Run{name}{target}")!.Invoke(null, [.. columns, results]);
            for (var i = 0; i < count; i++)
            {
                if (expected[i] is { } value && !Same(value, results.GetValue(i)!, tolerance))
                    Assert.Fail($"{target} {name}({string.Join(", ", columns.Select(column => column.GetValue(i)))}) = {results.GetValue(i)}, expected {value}");
            }
        }
    }

    public void Dispose() => _context.Unload();

    private static Array Column(ParameterExpression parameter, int count, Func<ParameterExpression, int, object> argument)
    {
        var column = Array.CreateInstance(Clr(parameter.Kind), count);
        for (var i = 0; i < count; i++) column.SetValue(argument(parameter, i), i);
        return column;
    }

    private static bool Same(object expected, object actual, double tolerance) => (expected, actual) switch
    {
        (float e, float a) => e == a || (float.IsNaN(e) && float.IsNaN(a))
            || (float.IsFinite(e) && float.IsFinite(a) && Math.Abs((double)e - a) <= tolerance * Math.Max(Math.Abs((double)e), 1)),
        _ => expected.Equals(actual),
    };

    private static Type Clr(ValueKind kind) => kind switch
    {
        ValueKind.Bool => typeof(bool),
        ValueKind.Int => typeof(int),
        _ => typeof(float),
    };

    // A method, and a loop that runs it over arrays.
    private static void Write(SourceWriter writer, UserMethodSpec method, ExpressionPrinter printer, string target, int lanes)
    {
        var name = method.Name + target;
        printer.WriteMethod(writer, name, method);
        var vector = "Vector" + lanes * 32;
        var arrays = method.Parameters.Select(parameter => $"{ValueKinds.Keyword(parameter.Kind)}[] p{parameter.Index}");
        using (writer.Open($"public static void Run{name}({string.Join(", ", arrays)}, {ValueKinds.Keyword(method.Result)}[] results)"))
        using (writer.Open($"for (var i = 0; i < results.Length; i += {lanes})"))
        {
            if (lanes == 1)
            {
                writer.Line($"results[i] = {name}({string.Join(", ", method.Parameters.Select(parameter => $"p{parameter.Index}[i]"))});");
                return;
            }

            writer.Line($"var r = {name}({string.Join(", ", method.Parameters.Select(parameter => $"{vector}.Create(p{parameter.Index}, i)"))});");
            writer.Line(method.Result == ValueKind.Bool
                ? $"for (var lane = 0; lane < {lanes}; lane++) results[i + lane] = r[lane] switch {{ 0 => false, -1 => true, _ => throw new System.InvalidOperationException(\"Not a mask.\") }};"
                : "r.CopyTo(results, i);");
        }
    }
}
