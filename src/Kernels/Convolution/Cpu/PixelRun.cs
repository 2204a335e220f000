using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Copies of neighbouring pixels, too few for a call to be worth it.</summary>
internal static unsafe class PixelRun
{
    /// <summary>Pixels of <see cref="CopyEight"/>.</summary>
    public const int Eight = 8;

    /// <summary>Copies eight pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyEight(float* source, float* target) => Vector256.Store(Vector256.Load(source), target);

    /// <summary>Copies neighbouring runs of <paramref name="width"/> pixels, each to where a panel has room for it.</summary>
    /// <param name="source">The first run; the others follow it.</param>
    /// <param name="target">Where the first run goes; apart from the source.</param>
    /// <param name="tiles">Runs.</param>
    /// <param name="width">Pixels of a run.</param>
    /// <param name="step">Floats from where a run goes to where the next does.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyTiles(float* source, float* target, int tiles, int width, long step)
    {
        if (width == CacheLine.Floats)
            for (; tiles > 0; tiles--, source += width, target += step) CopyLine(source, target);
        else if (width == CacheLine.Floats + Eight)
            for (; tiles > 0; tiles--, source += width, target += step)
            {
                CopyLine(source, target);
                CopyEight(source + CacheLine.Floats, target + CacheLine.Floats);
            }
        else
            for (; tiles > 0; tiles--, source += width, target += step) Copy(source, target, width);
    }

    /// <summary>target[i] = source[i] for i &lt; <paramref name="count"/>; source and target are apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(float* source, float* target, int count)
    {
        var i = 0;
        if (count >= 8)
        {
            for (; i + 8 <= count; i += 8) Vector256.Store(Vector256.Load(source + i), target + i);
            if (i < count) Vector256.Store(Vector256.Load(source + count - 8), target + count - 8);
            return;
        }

        if (count >= 4)
        {
            Vector128.Store(Vector128.Load(source), target);
            Vector128.Store(Vector128.Load(source + count - 4), target + count - 4);
            return;
        }

        for (; i < count; i++) target[i] = source[i];
    }

    // As many pixels as fill a cache line.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLine(float* source, float* target)
    {
        CopyEight(source, target);
        CopyEight(source + Eight, target + Eight);
    }
}
