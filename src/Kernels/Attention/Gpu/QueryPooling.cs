using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Means of the scaled queries, and of the running maxima, over each pool of positions that a run holds.</summary>
internal static class QueryPooling
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher<TQuery>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> query, ArrayView<float> state, ArrayView<float> pooled,
        ArrayView<float> thresholds, SelectArguments arguments)
        where TQuery : unmanaged;

    /// <summary>The kernel; its grid is (pools, pairs).</summary>
    public static GpuKernelSource Source<TQuery>(string declaration) where TQuery : unmanaged, IGpuElement<TQuery> =>
        new($"{declaration}: pooling, {typeof(TQuery).Name}", Pool<TQuery>, Threads, sizeof(float) * Threads);

    /// <param name="query">Queries.</param>
    /// <param name="state">States of the pairs' rows; see <see cref="SoftmaxState"/>.</param>
    /// <param name="pooled">Result, [pair, pool, head dim].</param>
    /// <param name="thresholds">Result, [pair, pool]: mean maximum less <see cref="SelectArguments.Distance"/>.</param>
    /// <param name="a">The launch.</param>
    private static void Pool<TQuery>(
        ArrayView<TQuery> query, ArrayView<float> state, ArrayView<float> pooled, ArrayView<float> thresholds, SelectArguments a)
        where TQuery : unmanaged, IGpuElement<TQuery>
    {
        var maxima = SharedMemory.Allocate<float>(Threads);
        var (thread, pool, pair) = (Group.IdxX, Grid.IdxX, Grid.IdxY);
        var first = (a.FirstPool + pool) * a.Block - a.FirstPosition;
        var end = Math.Min(first + a.Block, a.Queries);
        first = Math.Max(first, 0);
        var batch = (a.FirstPair + pair) / a.Heads;
        var row = a.Query.Row(batch, first, a.FirstPair + pair - batch * a.Heads);
        var target = pair * a.Pools + pool;
        for (var channel = thread; channel < a.HeadDim; channel += Threads)
        {
            float sum = 0;
            for (var i = 0; i < end - first; i++) sum += TQuery.ToFloat(query[row + i * a.Query.Token + channel]);
            pooled[(long)target * a.HeadDim + channel] = sum * a.Scale / (end - first);
        }

        float partial = 0;
        for (var i = first + thread; i < end; i += Threads)
            partial += state[((long)pair * a.Queries + i) * (a.HeadDim + 2) + a.HeadDim];
        maxima[thread] = partial;
        Group.Barrier();
        if (thread != 0) return;
        for (var i = 1; i < Threads; i++) partial += maxima[i];
        thresholds[target] = partial / (end - first) - a.Distance;
    }
}
