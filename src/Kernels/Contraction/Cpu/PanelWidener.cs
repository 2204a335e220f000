using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Blocks of integer panels as fp32, scales applied, so that the tiles of many rows read one storage.</summary>
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
            if (layout.Type == ElementType.Int8) WidenBytes(source + layout.RunBytes, rows, layout.Width, scales, (float*)target);
            else WidenHalves(source + layout.RunBytes, rows, layout.Width, scales, (float*)target);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WidenHalves(byte* source, int rows, int width, float* scales, float* target)
    {
        var half = width / 2;
        for (var row = 0; row < rows; row++, source += half, target += width)
            for (var i = 0; i < half; i += Vector128<float>.Count)
            {
                Vector128.Store(Int4Panels.LoadFirst128(source + i) * Vector128.Load(scales + i), target + i);
                Vector128.Store(Int4Panels.LoadSecond128(source + i) * Vector128.Load(scales + half + i), target + half + i);
            }
    }
}
