using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// One row of a head, one group of threads: the mean of what it attends to within each cluster it belongs to. A thread scores a key at a time,
/// then accumulates two channels.
/// </summary>
internal static class ClusterAttention
{
    /// <summary>Threads of a group; half the most channels.</summary>
    public const int Threads = 128;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher<TQuery, TKey>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> query, ArrayView<TKey> key, ArrayView<TKey> value, ArrayView<int> pages,
        ArrayView<TQuery> output, ArrayView<float> logSumExp, ArrayView<int> queriesBefore, ArrayView<int> keysBefore, ArrayView<int> listed,
        ArrayView<long> visited, RoutingArguments arguments)
        where TQuery : unmanaged where TKey : unmanaged;

    /// <summary>The kernel; its grid is (rows).</summary>
    public static GpuKernelSource Source<TQuery, TKey>(string declaration, bool paged)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> => new(
            $"{declaration}: attention within clusters, {typeof(TQuery).Name}, {typeof(TKey).Name}{PagedRows.Suffix(paged)}",
            paged ? Attend<TQuery, TKey, PagedRows> : Attend<TQuery, TKey, ConsecutiveRows>, Threads, 4 * sizeof(float) * Threads);

    /// <param name="query">Queries.</param>
    /// <param name="key">Keys.</param>
    /// <param name="value">Values.</param>
    /// <param name="pages">Pages of the sequence, or a dummy.</param>
    /// <param name="output">Output; rows in no cluster become 0.</param>
    /// <param name="logSumExp">Logarithms of how many clusters rows have, where wanted.</param>
    /// <param name="queriesBefore">[centroid, query]; see <see cref="CentroidRouting"/>.</param>
    /// <param name="keysBefore">[centroid, key].</param>
    /// <param name="listed">[centroid, entry]: ascending keys.</param>
    /// <param name="visited">[row]: keys visited, added to.</param>
    /// <param name="a">The launch.</param>
    private static void Attend<TQuery, TKey, TRows>(
        ArrayView<TQuery> query, ArrayView<TKey> key, ArrayView<TKey> value, ArrayView<int> pages, ArrayView<TQuery> output, ArrayView<float> logSumExp,
        ArrayView<int> queriesBefore, ArrayView<int> keysBefore, ArrayView<int> listed, ArrayView<long> visited, RoutingArguments a)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TRows : struct, IKeyRows
    {
        var scaled = SharedMemory.Allocate<float>(2 * Threads);
        var weights = SharedMemory.Allocate<float>(Threads);
        var shared = SharedMemory.Allocate<float>(Threads);
        var (thread, row) = (Group.IdxX, Grid.IdxX);
        var (low, high) = (thread < a.HeadDim, thread + Threads < a.HeadDim);
        var (queryRow, outputRow) = (a.Query.Row(0, row, 0), a.Output.Row(0, row, 0));
        if (low) scaled[thread] = TQuery.ToFloat(query[queryRow + thread]) * a.Scale;
        if (high) scaled[thread + Threads] = TQuery.ToFloat(query[queryRow + thread + Threads]) * a.Scale;
        Group.Barrier();
        float totalLow = 0, totalHigh = 0;
        var (clusters, visits) = (0, 0L);
        for (var cluster = 0; cluster < a.Clusters; cluster++)
        {
            var place = cluster * (a.Queries + 1L) + row;
            if (queriesBefore[place + 1] == queriesBefore[place]) continue;
            var visible = a.Causal != 0 ? keysBefore[cluster * (a.Keys + 1L) + a.FirstPosition + row + 1] : a.KeysOfCluster;
            if (visible == 0) continue;
            float maximum = SoftmaxState.Floor, sum = 0, sumLow = 0, sumHigh = 0;
            for (var start = 0; start < visible; start += Threads)
            {
                var count = Math.Min(Threads, visible - start);
                var first = (long)cluster * a.KeysOfCluster + start;
                var score = SoftmaxState.Excluded;
                if (thread < count)
                {
                    var keyRow = a.Key.Offset + TRows.Offset(pages, a.Key, listed[first + thread]);
                    score = 0;
                    for (var c = 0; c < a.HeadDim; c++) score += scaled[c] * TKey.ToFloat(key[keyRow + c]);
                }

                var higher = Math.Max(maximum, GroupSum.Largest(shared, score, Threads));
                var weight = SoftmaxState.Power(score - higher);
                weights[thread] = weight;
                var correction = SoftmaxState.Power(maximum - higher);
                sum = sum * correction + GroupSum.Of(shared, weight, Threads);
                (maximum, sumLow, sumHigh) = (higher, sumLow * correction, sumHigh * correction);
                for (var i = 0; i < count; i++)
                {
                    var valueRow = a.Value.Offset + TRows.Offset(pages, a.Value, listed[first + i]);
                    if (low) sumLow += weights[i] * TKey.ToFloat(value[valueRow + thread]);
                    if (high) sumHigh += weights[i] * TKey.ToFloat(value[valueRow + thread + Threads]);
                }

                Group.Barrier();
            }

            totalLow += sumLow / sum;
            totalHigh += sumHigh / sum;
            clusters++;
            visits += visible;
        }

        var factor = SoftmaxState.Normaliser(clusters);
        if (low) output[outputRow + thread] = TQuery.FromFloat(totalLow * factor);
        if (high) output[outputRow + thread + Threads] = TQuery.FromFloat(totalHigh * factor);
        if (thread != 0) return;
        visited[row] += visits;
        if (a.HasLogSumExp != 0) logSumExp[a.LogSumExp.Row(0, row, 0)] = SoftmaxState.LogSumExp(0, clusters);
    }
}
