using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Symmetric quantisation of staged fp32 [columns][width]: one scale per output.</summary>
internal static unsafe class PanelQuantizer
{
    /// <summary>Raises each of <paramref name="largest"/> to the largest magnitude of its output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(float* staged, int columns, int width, float* largest)
    {
        for (var lane = 0; lane < width; lane += Vector128<float>.Count)
        {
            var most = Vector128.Load(largest + lane);
            for (var k = 0; k < columns; k++) most = Vector128.Max(most, Vector128.Abs(Vector128.Load(staged + k * width + lane)));
            Vector128.Store(most, largest + lane);
        }
    }

    /// <summary>Replaces values by the nearest codes, ties to even; an output whose scale is zero has only zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(float* staged, int columns, int width, float* scales, ElementType type)
    {
        var limit = Vector128.Create((float)type.LargestCode());
        for (var lane = 0; lane < width; lane += Vector128<float>.Count)
        {
            var scale = Vector128.Load(scales + lane);
            var isZero = Vector128.Equals(scale, Vector128<float>.Zero);
            scale = Vector128.ConditionalSelect(isZero, Vector128<float>.One, scale);
            for (var at = staged + lane; at < staged + columns * width; at += width)
                Vector128.Store(Vector128.Clamp(Vector128.Round(Vector128.Load(at) / scale), -limit, limit), at);
        }
    }
}
