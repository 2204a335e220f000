using CsCheck;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>Declarations nobody wrote: what is generated for them compiles, without a diagnostic above information.</summary>
public sealed class DrawnDeclarationTests
{
    private static readonly string[] Masks = ["true", "q >= k", "q / 64 == k / 64 || k < 4", "MathF.Exp(q * 0.01f) > k", "(q - k) % 7 == 0 && q > 3"];

    private static readonly string[] HeadMasks = ["b + h > k", "q - k < 64 << (h & 3)", "h % 2 == 0 ? q >= k : b == 0"];

    private static readonly string[] Scores = ["s", "s - 0.5f * (q - k)", "50f * MathF.Tanh(s / 50f)", "q == k ? 0f : MathF.Min(s, 3f)"];

    private static readonly string[] Selectors = ["TopK = 7", "TopShare = 0.25f", "Mass = 0.9f", "Threshold = 1e-3f", "Select = nameof(C)"];

    private static readonly string[] Epilogues = ["x", "MathF.Max(x, 0f)", "x / (1f + MathF.Exp(-x))", "x < 0 ? -x : x * x", "1f"];

    [Fact]
    public void What_is_generated_compiles() => Declaration.Array[16].Sample(
        declarations =>
        {
            var source = "using System;\nusing Kernels;\n" + string.Concat(declarations.Select((text, i) => $"namespace N{i % 3} {{ {text.Replace("HOST", "Host" + i)} }}\n"));
            var compilation = Compiling.Compilation(source);
            Assert.DoesNotContain(Compiling.Diagnose(compilation), diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        },
        iter: 1, threads: 1);

    private static Gen<string> Declaration => Gen.OneOf(Attention("DenseAttention", Gen.Const("")), Masked, Anchor, Indexed, Selected, Family, Product("DenseMatMul"), Product("SemiStructuredMatMul"), Product("GroupMatMul"))
        .SelectMany(member => Gen.OneOfConst("static partial class HOST { X }", "partial struct HOST { X }", "partial record HOST { public static partial class Inner { X } }", "public sealed unsafe partial class HOST { X }")
            .Select(host => host.Replace("X", member)));

    private static Gen<string> Common => Gen.Select(Gen.Int[8, 256], Gen.OneOfConst(", Causal = false", ", Causal = true", ""), Gen.OneOfConst("", ", Scale = 0.25f", ", Scale = 1e-3f"),
        (dim, causal, scale) => $"HeadDim = {dim}{causal}{scale}");

    private static Gen<string> Attention(string name, Gen<string> arguments) => Gen.Select(Common, arguments, (common, more) =>
        $"[{name}({common}{more})] public static partial AttentionKernel K {{ get; }}");

    private static Gen<string> Anchor => Attention("AnchorAttention", Gen.Select(Gen.Int[1, 8], Gen.Int[1, 64], Gen.Float[-50, 50], (block, step, theta) =>
        $", Block = {block * 32}, Step = {step}, Theta = {theta:R}f")).Select(text => text.Replace("Causal = false", "Causal = true"));

    private static Gen<string> Indexed => Gen.OneOfConst(Masks).SelectMany(body =>
        Attention("IndexedAttention", Gen.OneOfConst("", ", Mask = nameof(M)")).Select(text => $"{text} static bool M(int q, int k) => {body};"));

    private static Gen<string> Selected => Gen.Select(Gen.OneOfConst(Selectors), Gen.OneOfConst("Pooled", "Antidiagonal", "Probabilities", "Gate"), Gen.Int[1, 8], Gen.Enum<GroupReduction>())
        .SelectMany((selector, estimator, block, reduction) => Attention("SelectedAttention", Gen.Const(
            $", Estimator = KeyEstimator.{estimator}, Block = {block * 32}, Reduction = GroupReduction.{reduction}, {selector}"))
            .Select(text => $"{text} static bool C(float e, int rank, float mass, int group, int block) => e > 0.1f || rank < 3 && mass < 0.5f && group != block;"));

    private static Gen<string> Family => Gen.Select(
        Gen.OneOf(Attention("DenseAttention", Gen.Const("")), Masked, Selected, Indexed), Gen.OneOfConst("24", "16, 40, 256"), (text, headDims) =>
            System.Text.RegularExpressions.Regex.Replace(text.Replace("AttentionKernel K", "AttentionFamily K"), "HeadDim = [0-9]+", $"HeadDims = new[] {{ {headDims} }}"));

    private static Gen<string> Masked => Gen.Select(
        Gen.OneOf(Gen.OneOfConst(Masks).Select(body => $"static bool M(int q, int k) => {body};"), Gen.OneOfConst(HeadMasks).Select(body => $"static bool M(int b, int h, int q, int k) => {body};")),
        Gen.OneOf(Gen.Const(""), Gen.OneOfConst(Scores).Select(body => $"static float S(float s, int q, int k) => {body};"), Gen.OneOfConst(Scores).Select(body => $"static float S(float s, int b, int h, int q, int k) => {body} + h;")),
        Gen.Int[1, 8]).SelectMany((mask, score, block) =>
            Attention("MaskedAttention", Gen.Const($", Mask = nameof(M), Block = {block * 32}{(score.Length > 0 ? ", Score = nameof(S)" : "")}")).Select(text => $"{text} {mask} {score}"));

    private static Gen<string> Product(string name) => Gen.OneOf(Gen.Const(""), Gen.OneOfConst(Epilogues)).Select(body => body.Length == 0
        ? $"[{name}] public static partial MatMulKernel K {{ get; }}"
        : $"[{name}(Epilogue = nameof(E))] public static partial MatMulKernel K {{ get; }} static float E(float x) => {body};");
}
