using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Rows of 16-bit storage as fp32 and back.</summary>
internal static unsafe class Widening
{
    /// <summary>A row as fp32: the source itself where it is fp32, else <paramref name="scratch"/> after conversion.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float* Row(byte* source, ElementType type, long element, int count, float* scratch)
    {
        if (type == ElementType.Float32) return (float*)source + element;
        Widen((ushort*)source + element, type, count, scratch);
        return scratch;
    }

    /// <summary>Converts 16-bit elements to fp32 (exact).</summary>
    public static void Widen(ushort* source, ElementType type, int count, float* target)
    {
        var i = 0;
        if (type == ElementType.BFloat16)
        {
            for (; i <= count - 8; i += 8)
            {
                var (low, high) = Vector128.Widen(Vector128.Load(source + i));
                (low << 16).AsSingle().Store(target + i);
                (high << 16).AsSingle().Store(target + i + 4);
            }

            for (; i < count; i++) target[i] = ElementTypes.FromBFloat16(source[i]);
        }
        else
        {
            for (; i < count; i++) target[i] = ElementTypes.FromFloat16(source[i]);
        }
    }

    /// <summary>Stores fp32 as <paramref name="type"/>, rounding to nearest even.</summary>
    public static void Store(float* source, int count, byte* target, ElementType type, long element)
    {
        switch (type)
        {
            case ElementType.Float32:
                new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>((float*)target + element, count));
                break;
            case ElementType.BFloat16:
                for (var i = 0; i < count; i++) ((ushort*)target)[element + i] = ElementTypes.ToBFloat16(source[i]);
                break;
            default:
                for (var i = 0; i < count; i++) ((ushort*)target)[element + i] = ElementTypes.ToFloat16(source[i]);
                break;
        }
    }
}
