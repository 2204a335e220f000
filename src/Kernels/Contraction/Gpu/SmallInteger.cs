using ILGPU;

namespace Kernels;

/// <summary>Signed integers in the low bits of a word to fp32.</summary>
internal static class SmallInteger
{
    // 2²³ as fp32: a small integer in the low bits of its significand is added to it. A conversion instruction takes four times as long.
    private const uint Two23 = 0x4B000000;

    /// <summary>The signed integer in the low byte.</summary>
    public static float ToFloat8(uint word) => Interop.IntAsFloat(((word & 0xFFu) ^ 0x80u) | Two23) - (8388608f + 128f);

    /// <summary>The signed integer in the low four bits.</summary>
    public static float ToFloat4(uint word) => Interop.IntAsFloat(((word & 0xFu) ^ 0x8u) | Two23) - (8388608f + 8f);
}
