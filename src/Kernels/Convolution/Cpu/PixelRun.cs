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

    /// <summary>Copies as many pixels as fill a cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyLine(float* source, float* target)
    {
        CopyEight(source, target);
        CopyEight(source + Eight, target + Eight);
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
}
