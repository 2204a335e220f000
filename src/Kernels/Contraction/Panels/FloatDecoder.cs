using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Stored elements to fp32.</summary>
internal static unsafe class FloatDecoder
{
    /// <summary>Converts <paramref name="count"/> contiguous elements of <paramref name="type"/>.</summary>
    public static void Decode(byte* source, ElementType type, float* target, int count)
    {
        switch (type)
        {
            case ElementType.BFloat16: DecodeBFloat16((ushort*)source, target, count); break;
            case ElementType.Float16: DecodeFloat16((ushort*)source, target, count); break;
            case ElementType.Int8: DecodeInt8((sbyte*)source, target, count); break;
            default: new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count)); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeBFloat16(ushort* source, float* target, int count)
    {
        var i = 0;
        for (; i + Vector256<ushort>.Count <= count; i += Vector256<ushort>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Load(source + i));
            Vector256.Store((lower << 16).AsSingle(), target + i);
            Vector256.Store((upper << 16).AsSingle(), target + i + Vector256<float>.Count);
        }

        for (; i < count; i++) target[i] = ElementTypes.FromBFloat16(source[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeInt8(sbyte* source, float* target, int count)
    {
        var i = 0;
        for (; i + Vector256<float>.Count <= count; i += Vector256<float>.Count)
            Vector256.Store(Int8Panels.LoadFirst256((byte*)source + i), target + i);
        for (; i < count; i++) target[i] = source[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DecodeFloat16(ushort* source, float* target, int count)
    {
        var i = 0;
        for (; i + Vector256<ushort>.Count <= count; i += Vector256<ushort>.Count)
        {
            var (lower, upper) = Vector256.Widen(Vector256.Load(source + i));
            Vector256.Store(Float16Panels.Convert(lower), target + i);
            Vector256.Store(Float16Panels.Convert(upper), target + i + Vector256<float>.Count);
        }

        for (; i < count; i++) target[i] = ElementTypes.FromFloat16(source[i]);
    }
}
