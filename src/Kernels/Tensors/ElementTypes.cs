using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>Sizes and conversions of <see cref="ElementType"/>.</summary>
public static class ElementTypes
{
    /// <summary>Bits of one element.</summary>
    public static int Bits(this ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Int32 => 32,
        ElementType.BFloat16 or ElementType.Float16 => 16,
        ElementType.Int8 => 8,
        _ => 4,
    };

    /// <summary>Bytes of one element.</summary>
    /// <exception cref="ArgumentException">Two <see cref="ElementType.Int4"/> share a byte.</exception>
    public static int Size(this ElementType type) =>
        type != ElementType.Int4 ? type.Bits() / 8 : throw new ArgumentException("Two Int4 share a byte: use Bits.", nameof(type));

    /// <summary>Whether an element is a number by itself, as those of activations are.</summary>
    public static bool IsFloat(this ElementType type) => type is ElementType.Float32 or ElementType.BFloat16 or ElementType.Float16;

    /// <summary>Whether an element is an integer that a scale belongs to.</summary>
    public static bool IsScaled(this ElementType type) => type is ElementType.Int8 or ElementType.Int4;

    /// <summary>Largest magnitude that quantising gives; ±(2^(bits−1) − 1).</summary>
    internal static int LargestCode(this ElementType type) => type == ElementType.Int8 ? 127 : 7;

    /// <summary>The bfloat16 nearest to <paramref name="value"/>, ties to even; NaN stays NaN.</summary>
    public static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The fp32 value of a bfloat16 bit pattern (exact).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The fp32 value of a binary16 bit pattern (exact).</summary>
    public static float FromFloat16(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    /// <summary>The binary16 nearest to <paramref name="value"/>, ties to even.</summary>
    public static ushort ToFloat16(float value) => BitConverter.HalfToUInt16Bits((Half)value);
}
