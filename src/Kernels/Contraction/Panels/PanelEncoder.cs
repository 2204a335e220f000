using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>fp32 panel rows, integers already rounded, to their stored form, as <see cref="IPanelStorage"/> reads it.</summary>
internal static unsafe class PanelEncoder
{
    /// <summary>Writes <paramref name="rows"/> rows of <paramref name="width"/> values, a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(float* source, byte* target, ElementType type, int width, int rows)
    {
        if (type == ElementType.Float32)
        {
            new ReadOnlySpan<float>(source, rows * width).CopyTo(new Span<float>(target, rows * width));
            return;
        }

        if (type.IsScaled())
        {
            EncodeIntegers(source, target, type, width, rows);
            return;
        }

        var half = width / 2;
        var words = (uint*)target;
        for (var row = 0; row < rows; row++, source += width, words += half)
            for (var i = 0; i < half; i += 4)
            {
                var low = Vector128.Load(source + i);
                var high = Vector128.Load(source + half + i);
                Vector128.Store(
                    type == ElementType.BFloat16 ? ToBFloat16(low) | ToBFloat16(high) << 16 : ToFloat16(low) | ToFloat16(high) << 16, words + i);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EncodeIntegers(float* source, byte* target, ElementType type, int width, int rows)
    {
        var half = width / 2;
        for (var row = 0; row < rows; row++, source += width)
            if (type == ElementType.Int8)
                for (var i = 0; i < width; i++) *target++ = (byte)(int)source[i];
            else
                for (var i = 0; i < half; i++) *target++ = (byte)((int)source[i] & 0xF | (int)source[half + i] << 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ToBFloat16(Vector128<float> value)
    {
        var bits = value.AsUInt32();
        var rounded = (bits + Vector128.Create(0x7FFFu) + (bits >> 16 & Vector128<uint>.One)) >> 16;
        return Vector128.ConditionalSelect(Vector128.IsNaN(value).AsUInt32(), bits >> 16 | Vector128.Create(0x40u), rounded);
    }

    private static Vector128<uint> ToFloat16(Vector128<float> value) => Vector128.Create(
        ElementTypes.ToFloat16(value[0]), ElementTypes.ToFloat16(value[1]), ElementTypes.ToFloat16(value[2]), (uint)ElementTypes.ToFloat16(value[3]));
}
