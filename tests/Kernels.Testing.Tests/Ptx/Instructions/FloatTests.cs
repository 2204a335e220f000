using Xunit;

namespace Kernels.Testing.Tests.Ptx.Instructions;

/// <summary>Floating-point instructions against values worked out by hand from the PTX ISA and IEEE 754.</summary>
public sealed class FloatTests
{
    private const float NaN = float.NaN, Infinity = float.PositiveInfinity;

    [Theory]
    [InlineData("add.f32 r3, r0, r1;", 1.5f, 2.25f, 0f, 3.75f)]
    [InlineData("add.rn.f32 r3, r0, r1;", 16777216f, 1f, 0f, 16777216f)]
    [InlineData("sub.f32 r3, r0, r1;", 1.5f, 2.25f, 0f, -0.75f)]
    [InlineData("mul.f32 r3, r0, r1;", 1.5f, -2f, 0f, -3f)]
    [InlineData("mul.f32 r3, r0, r1;", 7.888609052210118e-31f, 9.313225746154785e-10f, 0f, 7.346839692639297e-40f)]
    [InlineData("mul.ftz.f32 r3, r0, r1;", 1e-30f, -1e-10f, 0f, -0f)]
    [InlineData("add.ftz.f32 r3, r0, r1;", 1e-40f, 1e-40f, 0f, 0f)]
    [InlineData("add.sat.f32 r3, r0, r1;", 0.75f, 0.75f, 0f, 1f)]
    [InlineData("add.sat.f32 r3, r0, r1;", NaN, 0.75f, 0f, 0f)]
    [InlineData("fma.rn.f32 r3, r0, r1, r2;", 1.000244140625f, 1.000244140625f, -1.00048828125f, 5.9604645e-8f)]
    [InlineData("div.rn.f32 r3, r0, r1;", 1f, 3f, 0f, 0.33333334f)]
    [InlineData("div.approx.f32 r3, r0, r1;", 1f, 0f, 0f, Infinity)]
    [InlineData("neg.f32 r3, r0;", 0f, 0f, 0f, -0f)]
    [InlineData("abs.f32 r3, r0;", -Infinity, 0f, 0f, Infinity)]
    [InlineData("min.f32 r3, r0, r1;", NaN, 2f, 0f, 2f)]
    [InlineData("min.f32 r3, r0, r1;", 0f, -0f, 0f, -0f)]
    [InlineData("max.f32 r3, r0, r1;", 1f, NaN, 0f, 1f)]
    [InlineData("max.f32 r3, r0, r1;", -0f, 0f, 0f, 0f)]
    [InlineData("max.NaN.f32 r3, r0, r1;", 1f, NaN, 0f, NaN)]
    [InlineData("copysign.f32 r3, r0, r1;", -1f, 2f, 0f, -2f)]
    [InlineData("rcp.rn.f32 r3, r0;", 4f, 0f, 0f, 0.25f)]
    [InlineData("rcp.approx.ftz.f32 r3, r0;", -0f, 0f, 0f, -Infinity)]
    [InlineData("sqrt.rn.f32 r3, r0;", 2f, 0f, 0f, 1.4142135f)]
    [InlineData("sqrt.approx.f32 r3, r0;", -1f, 0f, 0f, NaN)]
    [InlineData("rsqrt.approx.f32 r3, r0;", 16f, 0f, 0f, 0.25f)]
    [InlineData("ex2.approx.f32 r3, r0;", -3f, 0f, 0f, 0.125f)]
    [InlineData("ex2.approx.ftz.f32 r3, r0;", -Infinity, 0f, 0f, 0f)]
    [InlineData("lg2.approx.f32 r3, r0;", 0f, 0f, 0f, -Infinity)]
    [InlineData("lg2.approx.f32 r3, r0;", 8f, 0f, 0f, 3f)]
    [InlineData("sin.approx.f32 r3, r0;", 0.5f, 0f, 0f, 0.47942555f)]
    [InlineData("cos.approx.f32 r3, r0;", 0.5f, 0f, 0f, 0.87758255f)]
    [InlineData("tanh.approx.f32 r3, r0;", 0.5f, 0f, 0f, 0.46211717f)]
    public void An_fp32_result(string text, float a, float b, float c, float expected) =>
        Same(expected, BitConverter.UInt32BitsToSingle((uint)Snippet.Evaluate(text, "r3", Of(a), Of(b), Of(c))));

    [Theory]
    [InlineData("add.f64 l3, l0, l1;", 1.0, 1e-16, 0.0, 1.0)]
    [InlineData("fma.rn.f64 l3, l0, l1, l2;", 3.0, 5.0, -14.5, 0.5)]
    [InlineData("div.rn.f64 l3, l0, l1;", 1.0, 3.0, 0.0, 1.0 / 3)]
    [InlineData("max.f64 l3, l0, l1;", double.NaN, -7.0, 0.0, -7.0)]
    [InlineData("sqrt.rn.f64 l3, l0;", 9.0, 0.0, 0.0, 3.0)]
    [InlineData("rcp.rn.f64 l3, l0;", 8.0, 0.0, 0.0, 0.125)]
    public void An_fp64_result(string text, double a, double b, double c, double expected) =>
        Assert.Equal(expected, BitConverter.UInt64BitsToDouble(Snippet.Evaluate(text, "l3", Of(a), Of(b), Of(c))));

    [Theory]
    [InlineData("add.f16 h3, h0, h1;", 0x6800, 0x3C00, 0, 0x6800)] // 2048 + 1 rounds to even
    [InlineData("mul.f16 h3, h0, h1;", 0x3E00, 0x4000, 0, 0x4200)] // 1.5 · 2
    [InlineData("fma.rn.f16 h3, h0, h1, h2;", 0x4000, 0x4200, 0x3C00, 0x4700)] // 2 · 3 + 1
    [InlineData("add.bf16 h3, h0, h1;", 0x3F80, 0x3B80, 0, 0x3F80)] // 1 + 2⁻⁸ rounds to even
    [InlineData("fma.rn.bf16 h3, h0, h1, h2;", 0x4000, 0x4040, 0x3F80, 0x40E0)] // 2 · 3 + 1
    public void A_16_bit_float_result(string text, ulong a, ulong b, ulong c, ulong expected) => Assert.Equal(expected, Snippet.Evaluate(text, "h3", a, b, c));

    [Theory]
    [InlineData("add.f16x2 r3, r0, r1;", 0x3C004000, 0x40003C00, 0, 0x42004200)] // (1, 2) + (2, 1)
    [InlineData("fma.rn.bf16x2 r3, r0, r1, r2;", 0x3F804000, 0x40404040, 0x00003F80, 0x404040E0)] // (1, 2) · 3 + (0, 1)
    [InlineData("max.f16x2 r3, r0, r1;", 0xBC004000, 0x00007E00, 0, 0x00004000)] // max(−1, 0), max(2, NaN)
    public void A_packed_result(string text, ulong a, ulong b, ulong c, ulong expected) => Assert.Equal(expected, Snippet.Evaluate(text, "r3", a, b, c));

    [Theory]
    [InlineData("setp.eq.f32 p3, r0, r1;", NaN, NaN, 0)]
    [InlineData("setp.ne.f32 p3, r0, r1;", NaN, 1f, 0)]
    [InlineData("setp.neu.f32 p3, r0, r1;", NaN, 1f, 1)]
    [InlineData("setp.lt.f32 p3, r0, r1;", 1f, 2f, 1)]
    [InlineData("setp.ltu.f32 p3, r0, r1;", 1f, NaN, 1)]
    [InlineData("setp.geu.f32 p3, r0, r1;", 1f, 2f, 0)]
    [InlineData("setp.gtu.f32 p3, r0, r1;", 3f, 2f, 1)]
    [InlineData("setp.leu.f32 p3, r0, r1;", 3f, 2f, 0)]
    [InlineData("setp.equ.f32 p3, r0, r1;", 0f, -0f, 1)]
    [InlineData("setp.num.f32 p3, r0, r1;", 1f, NaN, 0)]
    [InlineData("setp.nan.f32 p3, r0, r1;", 1f, NaN, 1)]
    [InlineData("testp.notanumber.f32 p3, r0;", NaN, 0f, 1)]
    [InlineData("testp.infinite.f32 p3, r0;", -Infinity, 0f, 1)]
    [InlineData("testp.finite.f32 p3, r0;", NaN, 0f, 0)]
    [InlineData("testp.number.f32 p3, r0;", Infinity, 0f, 1)]
    [InlineData("testp.normal.f32 p3, r0;", 1e-40f, 0f, 0)]
    [InlineData("testp.subnormal.f32 p3, r0;", 1e-40f, 0f, 1)]
    public void A_comparison(string text, float a, float b, ulong expected) => Assert.Equal(expected, Snippet.Evaluate(text, "p3", Of(a), Of(b)));

    private static void Same(float expected, float actual) =>
        Assert.True(float.IsNaN(expected) ? float.IsNaN(actual) : Of(expected) == Of(actual), $"{actual:r} instead of {expected:r}");

    private static ulong Of(float value) => BitConverter.SingleToUInt32Bits(value);

    private static ulong Of(double value) => BitConverter.DoubleToUInt64Bits(value);
}
