using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Blocks of panels as fp32, scales applied, so that what passes them often reads one storage.</summary>
internal static unsafe class PanelWidener
{
    /// <summary>Bytes of <paramref name="steps"/> widened steps.</summary>
    public static long BytesOf(in PanelLayout layout, int steps) => Widened(layout).BytesOf(steps);

    /// <summary>Widens steps [step, step + steps) of a panel, from a multiple of a run on.</summary>
    public static void Widen(in PanelLayout layout, byte* panel, int step, int steps, byte* target)
    {
        var wide = Widened(layout);
        for (var end = step + steps; step < end; step += layout.Run)
        {
            var source = panel + layout.Offset(step);
            new ReadOnlySpan<byte>(source, layout.RunBytes).CopyTo(new Span<byte>(target, layout.RunBytes));
            target += layout.RunBytes;
            var taken = Math.Min(layout.Run, end - step);
            var rows = taken * layout.Slots;
            var scales = (float*)(panel + layout.ScaleOffset(step));
            var values = source + layout.RunBytes;
            switch (layout.Type)
            {
                case ElementType.Int8: WidenBytes(values, rows, layout.Width, scales, (float*)target); break;
                case ElementType.Int4: WidenPairs<Int4Panels>(values, rows, layout.Width, scales, (float*)target); break;
                case ElementType.BFloat16: WidenPairs<BFloat16Panels>(values, rows, layout.Width, scales, (float*)target); break;
                default: WidenPairs<Float16Panels>(values, rows, layout.Width, scales, (float*)target); break;
            }

            target += taken * wide.StepBytes;
        }
    }

    private static PanelLayout Widened(in PanelLayout layout) => layout with { Type = ElementType.Float32, ScaleInputs = 0 };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WidenBytes(byte* source, int rows, int width, float* scales, float* target)
    {
        for (var row = 0; row < rows; row++, source += width, target += width)
            for (var i = 0; i < width; i += Vector128<float>.Count)
                Vector128.Store(Int8Panels.LoadFirst128(source + i) * Vector128.Load(scales + i), target + i);
    }

    /// <summary>Storages that hold weight i of a row beside weight i + half a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WidenPairs<TStorage>(byte* source, int rows, int width, float* scales, float* target)
        where TStorage : struct, IPanelStorage
    {
        var (half, pairBytes) = (width / 2, TStorage.Bits / 4);
        for (var row = 0; row < rows; row++, source += half * pairBytes, target += width)
            for (var i = 0; i < half; i += Vector128<float>.Count)
            {
                var (first, second) = (TStorage.LoadFirst128(source + i * pairBytes), TStorage.LoadSecond128(source + i * pairBytes));
                if (TStorage.IsScaled)
                {
                    first *= Vector128.Load(scales + i);
                    second *= Vector128.Load(scales + half + i);
                }

                Vector128.Store(first, target + i);
                Vector128.Store(second, target + half + i);
            }
    }
}
