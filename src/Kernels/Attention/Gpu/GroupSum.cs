using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>
/// Combines one value of each thread of a group, a multiple of sixteen of them: sixteen threads combine every sixteenth value, then every thread
/// combines theirs, in the same order each time.
/// </summary>
internal static class GroupSum
{
    private const int Lanes = 16;

    /// <summary>Sum of the threads' values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(ArrayView<T> shared, T value, int threads) where T : unmanaged, INumber<T>
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Lanes)
        {
            for (var other = Group.IdxX + Lanes; other < threads; other += Lanes) value += shared[other];
            shared[Group.IdxX] = value;
        }

        Group.Barrier();
        var total = T.Zero;
        for (var lane = 0; lane < Lanes; lane++) total += shared[lane];
        Group.Barrier();
        return total;
    }

    /// <summary>Sum of the counts of the threads before this one, and of all; a barrier must follow before the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (int Before, int Total) Preceding(ArrayView<int> shared, int count, int threads)
    {
        shared[Group.IdxX] = count;
        Group.Barrier();
        int before = 0, total = 0;
        for (var other = 0; other < threads; other++)
        {
            if (other < Group.IdxX) before += shared[other];
            total += shared[other];
        }

        return (before, total);
    }

    /// <summary>Largest of the threads' values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(ArrayView<float> shared, float value, int threads)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Lanes)
        {
            for (var other = Group.IdxX + Lanes; other < threads; other += Lanes) value = Math.Max(value, shared[other]);
            shared[Group.IdxX] = value;
        }

        Group.Barrier();
        for (var lane = 0; lane < Lanes; lane++) value = Math.Max(value, shared[lane]);
        Group.Barrier();
        return value;
    }
}
