using Xunit;

namespace Kernels.Testing.Tests.Ptx.Instructions;

/// <summary>Conversions in every rounding and saturation in use, against values worked out by hand.</summary>
public sealed class ConversionTests
{
    [Theory]
    [InlineData("cvt.s32.s8 r3, h0;", "r3", 0xFF80, 0xFFFFFF80)]
    [InlineData("cvt.s32.u8 r3, h0;", "r3", 0xFF80, 0x80)]
    [InlineData("cvt.s64.s32 l3, r0;", "l3", 0x80000000, 0xFFFFFFFF80000000)]
    [InlineData("cvt.u64.u32 l3, r0;", "l3", 0x80000000, 0x80000000)]
    [InlineData("cvt.u16.u32 h3, r0;", "h3", 0x12345678, 0x5678)]
    [InlineData("cvt.u8.u32 h3, r0;", "h3", 0x12345678, 0x78)]
    [InlineData("cvt.s8.s32 h3, r0;", "h3", 0x80, 0xFF80)]
    [InlineData("cvt.sat.s8.s32 r3, r0;", "r3", 300, 127)]
    [InlineData("cvt.sat.u8.s32 r3, r0;", "r3", 0xFFFFFFFF, 0)]
    [InlineData("cvt.sat.s32.s64 r3, l0;", "r3", 0x8000000000000000, 0x80000000)]
    [InlineData("cvt.rni.s32.f32 r3, r0;", "r3", 0x40200000, 2)] // 2.5
    [InlineData("cvt.rzi.s32.f32 r3, r0;", "r3", 0xC0200000, 0xFFFFFFFE)] // −2.5
    [InlineData("cvt.rmi.s32.f32 r3, r0;", "r3", 0xC0200000, 0xFFFFFFFD)]
    [InlineData("cvt.rpi.s32.f32 r3, r0;", "r3", 0xC0200000, 0xFFFFFFFE)]
    [InlineData("cvt.rzi.s32.f32 r3, r0;", "r3", 0x7F800000, 0x7FFFFFFF)] // infinity
    [InlineData("cvt.rzi.u32.f32 r3, r0;", "r3", 0xBF800000, 0)] // −1
    [InlineData("cvt.rzi.s32.f32 r3, r0;", "r3", 0x7FC00000, 0)] // NaN
    [InlineData("cvt.rzi.s64.f32 l3, r0;", "l3", 0x7FC00000, 0x8000000000000000)]
    [InlineData("cvt.rn.f32.s32 r3, r0;", "r3", 16777217, 0x4B800000)]
    [InlineData("cvt.rz.f32.s32 r3, r0;", "r3", 0x01FFFFFF, 0x4BFFFFFF)]
    [InlineData("cvt.rp.f32.u32 r3, r0;", "r3", 16777217, 0x4B800001)]
    [InlineData("cvt.rn.f32.u64 r3, l0;", "r3", 0xFFFFFFFFFFFFFFFF, 0x5F800000)]
    [InlineData("cvt.rn.f64.s64 l3, l0;", "l3", 0xFFFFFFFFFFFFFFFF, 0xBFF0000000000000)]
    [InlineData("cvt.f64.f32 l3, r0;", "l3", 0x3FC00000, 0x3FF8000000000000)]
    [InlineData("cvt.rn.f32.f64 r3, l0;", "r3", 0x3FF0000010000000, 0x3F800000)] // 1 + 2⁻²⁴ ties to even
    [InlineData("cvt.rp.f32.f64 r3, l0;", "r3", 0x3FF0000010000000, 0x3F800001)]
    [InlineData("cvt.rz.f32.f64 r3, l0;", "r3", 0x7FEFFFFFFFFFFFFF, 0x7F7FFFFF)]
    [InlineData("cvt.rn.f32.f64 r3, l0;", "r3", 0x7FEFFFFFFFFFFFFF, 0x7F800000)]
    [InlineData("cvt.rni.f32.f32 r3, r0;", "r3", 0x40600000, 0x40800000)] // 3.5 → 4
    [InlineData("cvt.rmi.f32.f32 r3, r0;", "r3", 0xBF000000, 0xBF800000)] // −0.5 → −1
    [InlineData("cvt.sat.f32.f32 r3, r0;", "r3", 0x40000000, 0x3F800000)]
    [InlineData("cvt.f32.f16 r3, h0;", "r3", 0x0001, 0x33800000)] // 2⁻²⁴
    [InlineData("cvt.f32.bf16 r3, h0;", "r3", 0x4049, 0x40490000)]
    [InlineData("cvt.rn.f16.f32 h3, r0;", "h3", 0x477FF000, 0x7C00)] // 65520 overflows
    [InlineData("cvt.rz.f16.f32 h3, r0;", "h3", 0x477FF000, 0x7BFF)]
    [InlineData("cvt.rn.f16.f32 h3, r0;", "h3", 0x3F801000, 0x3C00)] // 1 + 2⁻¹¹ ties to even
    [InlineData("cvt.rn.f16.f32 h3, r0;", "h3", 0x3F803000, 0x3C02)]
    [InlineData("cvt.rn.f16.f32 h3, r0;", "h3", 0x33000000, 0x0000)] // 2⁻²⁵ ties to zero
    [InlineData("cvt.rn.bf16.f32 h3, r0;", "h3", 0x3F808000, 0x3F80)]
    [InlineData("cvt.rn.bf16.f32 h3, r0;", "h3", 0x3F818000, 0x3F82)]
    [InlineData("cvt.rn.bf16.f32 h3, r0;", "h3", 0x7F7FFFFF, 0x7F80)]
    [InlineData("cvt.rna.tf32.f32 r3, r0;", "r3", 0x3F801000, 0x3F802000)] // ties away
    public void One_source(string text, string result, ulong source, ulong expected) => Assert.Equal(expected, Snippet.Evaluate(text, result, source));

    [Theory]
    [InlineData("cvt.rn.f16x2.f32 r3, r0, r1;", 0x3F800000, 0x40000000, 0x3C004000)]
    [InlineData("cvt.rn.bf16x2.f32 r3, r0, r1;", 0x3F800000, 0x40000000, 0x3F804000)]
    [InlineData("cvt.rz.bf16x2.f32 r3, r0, r1;", 0x3F81FFFF, 0xBF81FFFF, 0x3F81BF81)]
    [InlineData("cvt.rn.relu.bf16x2.f32 r3, r0, r1;", 0xBF800000, 0x40000000, 0x00004000)]
    public void Two_sources_packed_with_the_first_on_top(string text, ulong first, ulong second, ulong expected) =>
        Assert.Equal(expected, Snippet.Evaluate(text, "r3", first, second));
}
