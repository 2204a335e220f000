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
    public static float Of(ArrayView<float> shared, float value, int threads)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Lanes)
        {
            for (var other = Group.IdxX + Lanes; other < threads; other += Lanes) value += shared[other];
            shared[Group.IdxX] = value;
        }

        Group.Barrier();
        float total = 0;
        for (var lane = 0; lane < Lanes; lane++) total += shared[lane];
        Group.Barrier();
        return total;
    }

    /// <summary>Sum of the threads' counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Of(ArrayView<int> shared, int value, int threads)
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        if (Group.IdxX < Lanes)
        {
            for (var other = Group.IdxX + Lanes; other < threads; other += Lanes) value += shared[other];
            shared[Group.IdxX] = value;
        }

        Group.Barrier();
        var total = 0;
        for (var lane = 0; lane < Lanes; lane++) total += shared[lane];
        Group.Barrier();
        return total;
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
