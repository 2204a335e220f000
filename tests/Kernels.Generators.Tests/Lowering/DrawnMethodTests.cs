using CsCheck;
using Kernels.Generators.Specs;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>Methods nobody wrote: random statements and expressions of exact operations, equal in every bit on every target.</summary>
public sealed class DrawnMethodTests
{
    private const int MethodsDrawn = 40;

    [Fact]
    public void Every_target_computes_what_a_drawn_method_computes() =>
        Gen.Select(Method.Array[MethodsDrawn], Gen.Int).Sample(
            (bodies, seed) =>
            {
                var names = bodies.Select((_, i) => "M" + i).ToArray();
                using var methods = new InlinedMethods(string.Join("\n", bodies.Zip(names, (body, name) => body.Replace("NAME", name))), names);
                var random = new Random(seed);
                foreach (var name in names)
                    methods.Compare(name, 64, (parameter, i) => parameter.Kind == ValueKind.Int ? (object)Inputs.Int(random, i) : Inputs.Float(random, i, wide: true));
            },
            iter: 1, threads: 1);

    private static Gen<string> Method => Gen.OneOfConst("int", "float", "bool").SelectMany(type =>
        Gen.Select(Statements(2), Of(type, 4), Of(type, 3), Bool(2)).Select((statements, result, early, condition) => $$"""
            public static {{type}} NAME(int a, int b, float x, float y)
            {
                int i = a; float f = y; bool c = x > y;
                {{statements}}
                if ({{condition}}) return {{early}};
                {{statements.Replace("i = ", "i ^= ")}}
                return {{result}};
            }
            """));

    // unchecked: constant operands must fold as they would wrap at run time.
    private static Gen<string> Of(string type, int depth) => (type switch
    {
        "int" => Int(depth),
        "float" => Float(depth),
        _ => Bool(depth),
    }).Select(text => type == "int" ? $"unchecked({text})" : text);

    private static Gen<string> Statements(int depth) => Gen.Select(Int(3), Float(3), Bool(3), Bool(2)).SelectMany((i, f, c, condition) =>
        Gen.OneOf(
            Gen.Const($"i = unchecked({i}); f = {f};"),
            Gen.Const($"c = {c}; f += {f};"),
            depth == 0 ? Gen.Const("i++;") : Statements(depth - 1).Select(inner => $"if ({condition}) {{ {inner} }} else {{ c = {c}; }}"),
            depth == 0 ? Gen.Const("--i;") : Statements(depth - 1).Select(inner => $"switch (a & 3) {{ case 1: {inner} break; case 2: case 3: i = unchecked({i}); break; }}")));

    private static Gen<string> Int(int depth) => depth == 0
        ? Gen.OneOf(Gen.OneOfConst("a", "b", "i", "int.MinValue", "int.MaxValue"), Gen.Int[-300, 300].Select(value => $"({value})"))
        : Gen.OneOf(
            Gen.Select(Int(depth - 1), Gen.OneOfConst("+", "-", "*", "&", "|", "^"), Int(depth - 1), (l, op, r) => $"({l} {op} {r})"),
            Gen.Select(Int(depth - 1), Gen.OneOfConst("/", "%"), Divisor(depth - 1), (l, op, r) => $"({l} {op} {r})"),
            Gen.Select(Int(depth - 1), Gen.OneOfConst("<<", ">>", ">>>"), Int(0), (l, op, r) => $"({l} {op} {r})"),
            Gen.Select(Gen.OneOfConst("-", "~", "+"), Int(depth - 1), (op, v) => $"({op}{v})"),
            Gen.Select(Bool(depth - 1), Int(depth - 1), Int(depth - 1), (c, l, r) => $"({c} ? {l} : {r})"),
            Gen.Select(Gen.OneOfConst("Math.Min", "Math.Max"), Int(depth - 1), Int(depth - 1), (f, l, r) => $"{f}({l}, {r})"),
            Gen.Select(Int(depth - 1), Int(depth - 1), Int(depth - 1), (v, l, r) => $"({v} switch {{ 0 => {l}, > 5 and < 900 => {r}, _ => {v} }})"),
            Float(depth - 1).Select(v => $"((int){v})"),
            Int(0));

    // Never the constant 0, which C# refuses.
    private static Gen<string> Divisor(int depth) => Gen.OneOf(
        Gen.OneOfConst("a", "b", "i", "2", "-2", "64", "(-4096)", "3", "(-7)", "1", "(-1)", "int.MinValue", "int.MaxValue"),
        Int(depth).Select(v => $"({v} + i - b)"));

    private static Gen<string> Float(int depth) => depth == 0
        ? Gen.OneOf(Gen.OneOfConst("x", "y", "f", "float.NaN", "float.PositiveInfinity", "(-0f)", "0f"), Gen.Float[-8, 8].Select(value => $"({value:R}f)"))
        : Gen.OneOf(
            Gen.Select(Float(depth - 1), Gen.OneOfConst("+", "-", "*", "/"), Float(depth - 1), (l, op, r) => $"({l} {op} {r})"),
            Gen.Select(Gen.OneOfConst("MathF.Min", "MathF.Max", "Math.Max"), Float(depth - 1), Float(depth - 1), (f, l, r) => $"{f}({l}, {r})"),
            Gen.Select(Gen.OneOfConst("MathF.Abs", "MathF.Floor", "MathF.Ceiling", "MathF.Truncate", "MathF.Round", "MathF.Sqrt", "-"), Float(depth - 1), (f, v) => $"{f}({v})"),
            Gen.Select(Bool(depth - 1), Float(depth - 1), Float(depth - 1), (c, l, r) => $"({c} ? {l} : {r})"),
            Int(depth - 1).Select(v => $"((float)unchecked({v}))"),
            Float(0));

    private static Gen<string> Bool(int depth) => depth == 0
        ? Gen.OneOfConst("c", "(a > b)", "(x < y)", "true")
        : Gen.OneOf(
            Gen.Select(Int(depth - 1), Gen.OneOfConst("<", "<=", ">", ">=", "==", "!="), Int(depth - 1), (l, op, r) => $"(unchecked({l}) {op} unchecked({r}))"),
            Gen.Select(Float(depth - 1), Gen.OneOfConst("<", "<=", ">", ">=", "==", "!="), Float(depth - 1), (l, op, r) => $"({l} {op} {r})"),
            Gen.Select(Bool(depth - 1), Gen.OneOfConst("&&", "||", "&", "|", "^", "==", "!="), Bool(depth - 1), (l, op, r) => $"({l} {op} {r})"),
            Bool(depth - 1).Select(v => $"(!{v})"),
            Gen.Select(Bool(depth - 1), Bool(depth - 1), Bool(depth - 1), (c, l, r) => $"({c} ? {l} : {r})"),
            Bool(0));
}
