using System.ComponentModel;
using ILGPU;

namespace Kernels;

/// <summary>IEEE 754 binary16.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct GpuFloat16 : IGpuElement<GpuFloat16>, IGpuPairElement
{
    private readonly ushort _bits;

    private GpuFloat16(ushort bits) => _bits = bits;

    /// <inheritdoc/>
    public static float ToFloat(GpuFloat16 element) => ToFloat((uint)element._bits);

    /// <inheritdoc/>
    public static float Low(uint pair) => ToFloat(pair & 0xFFFFu);

    /// <inheritdoc/>
    public static float High(uint pair) => ToFloat(pair >> 16);

    private static float ToFloat(uint half)
    {
        var sign = (half & 0x8000u) << 16;
        var magnitude = half & 0x7FFFu;

        // Exponents are 112 further from zero in fp32; infinity and NaN go to the top.
        var bits = (magnitude << 13) + 0x38000000u;
        if (magnitude >= 0x7C00u) bits = magnitude << 13 | 0x7F800000u;

        // Below 2⁻¹⁴ the magnitude counts steps of 2⁻²⁴: as many normal numbers of fp32.
        if (magnitude < 0x400u) bits = Interop.FloatAsInt(magnitude * (1f / (1 << 24)));
        return Interop.IntAsFloat(sign | bits);
    }

    /// <inheritdoc/>
    public static GpuFloat16 FromFloat(float value)
    {
        var bits = Interop.FloatAsInt(value);
        var sign = bits >> 16 & 0x8000u;
        var magnitude = bits & 0x7FFFFFFFu;

        uint half;
        if (magnitude > 0x7F800000u) half = 0x7E00u | magnitude >> 13 & 0x3FFu;
        else if (magnitude >= 0x477FF000u) half = 0x7C00u; // 65520, halfway between the largest number and the next
        else if (magnitude >= 0x38800000u) half = (magnitude - 0x38000000u + 0xFFFu + (magnitude >> 13 & 1u)) >> 13;
        else if (magnitude <= 0x33000000u) half = 0u; // 2⁻²⁵, half the smallest step
        else
        {
            var shift = 126 - (int)(magnitude >> 23);
            var significand = magnitude & 0x7FFFFFu | 0x800000u;
            half = (significand + (1u << shift - 1) - 1u + (significand >> shift & 1u)) >> shift;
        }

        return new((ushort)(sign | half));
    }
}
