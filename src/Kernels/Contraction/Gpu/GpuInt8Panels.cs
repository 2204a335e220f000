using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>Panel rows of signed bytes in the order of outputs, scaled in groups of inputs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuInt8Panels : IGpuPanels
{
    // 2²³ as fp32: a small integer in the low bits of its significand is added to it. A conversion instruction takes four times as long.
    private const uint Two23 = 0x4B000000;
    private const float Offset = 8388608f + 128f;

    /// <inheritdoc/>
    public static int RowWords => 8;

    /// <inheritdoc/>
    public static int ScaleWords => 32;

    /// <inheritdoc/>
    public static WeightPair Load(ArrayView<uint> panels, long row, int lane)
    {
        var shift = (lane & 3) << 3;
        return new(ToFloat(panels[row + (lane >> 2)] >> shift), ToFloat(panels[row + (lane >> 2) + 4] >> shift));
    }

    /// <inheritdoc/>
    public static WeightOctet LoadEight(ArrayView<UInt4> panels, long row, int quad)
    {
        var words = panels.Cast<uint>();
        return new(ToFloats(words[(row << 2) + quad]), ToFloats(words[(row << 2) + quad + 4]));
    }

    /// <inheritdoc/>
    public static WeightPair Scale(WeightPair pair, ArrayView<uint> panels, long scales, int lane) =>
        new(pair.First * Interop.IntAsFloat(panels[scales + lane]), pair.Second * Interop.IntAsFloat(panels[scales + lane + 16]));

    /// <inheritdoc/>
    public static WeightOctet Scale(WeightOctet eight, ArrayView<UInt4> panels, long scales, int quad) =>
        new(Multiply(eight.First, panels[scales + quad]), Multiply(eight.Second, panels[scales + quad + 4]));

    private static Float4 Multiply(Float4 weights, UInt4 scales) => new(
        weights.X * Interop.IntAsFloat(scales.X), weights.Y * Interop.IntAsFloat(scales.Y), weights.Z * Interop.IntAsFloat(scales.Z),
        weights.W * Interop.IntAsFloat(scales.W));

    private static Float4 ToFloats(uint word) => new(ToFloat(word), ToFloat(word >> 8), ToFloat(word >> 16), ToFloat(word >> 24));

    /// <summary>The signed integer in the low byte.</summary>
    private static float ToFloat(uint word) => Interop.IntAsFloat(((word & 0xFFu) ^ 0x80u) | Two23) - Offset;
}
