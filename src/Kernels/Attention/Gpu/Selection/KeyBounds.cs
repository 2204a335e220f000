using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>The smallest and the largest key channels of each block, and the bounds they set to the scores of a row.</summary>
internal static class KeyBounds
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    /// <summary>Launches the kernel that bounds keys.</summary>
    public delegate void KeyLauncher<TKey>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TKey> key, ArrayView<int> pages, ArrayView<float> bounds, EstimateArguments arguments)
        where TKey : unmanaged;

    /// <summary>Launches the kernel that bounds scores.</summary>
    public delegate void ScoreLauncher<TQuery>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> query, ArrayView<float> bounds, ArrayView<float> estimates, EstimateArguments arguments)
        where TQuery : unmanaged;

    /// <summary>The kernel that bounds keys; its grid is (blocks, pairs of sequence and key head).</summary>
    public static GpuKernelSource OfKeys<TKey>(string declaration, bool paged) where TKey : unmanaged, IGpuElement<TKey> => new(
        $"{declaration}: bounds of keys, {typeof(TKey).Name}{PagedRows.Suffix(paged)}",
        paged ? BoundKeys<TKey, PagedRows> : BoundKeys<TKey, ConsecutiveRows>, Threads, 0);

    /// <summary>The kernel that bounds scores; its grid is (tiles of <see cref="Threads"/> blocks, rows, pairs).</summary>
    public static GpuKernelSource OfScores<TQuery>(string declaration) where TQuery : unmanaged, IGpuElement<TQuery> =>
        new($"{declaration}: bounds of scores, {typeof(TQuery).Name}", BoundScores<TQuery>, Threads, 0);

    /// <param name="key">Keys.</param>
    /// <param name="pages">Pages of the sequence, or a dummy.</param>
    /// <param name="bounds">Result, [pair, block, smallest and largest, head dim].</param>
    /// <param name="a">The launch.</param>
    private static void BoundKeys<TKey, TRows>(ArrayView<TKey> key, ArrayView<int> pages, ArrayView<float> bounds, EstimateArguments a)
        where TKey : unmanaged, IGpuElement<TKey> where TRows : struct, IKeyRows
    {
        var (block, pair, heads) = (Grid.IdxX, Grid.IdxY, a.Heads / a.Group);
        int first = block * a.Block, count = a.Keys - first;
        if (count > a.Block) count = a.Block;
        var source = a.Key.Row(pair / heads, 0, pair - pair / heads * heads);
        var target = ((long)pair * Grid.DimX + block) * 2 * a.HeadDim;
        for (var c = Group.IdxX; c < a.HeadDim; c += Threads)
        {
            float low = TKey.ToFloat(key[source + TRows.Offset(pages, a.Key, first) + c]), high = low;
            for (var i = 1; i < count; i++)
            {
                var k = TKey.ToFloat(key[source + TRows.Offset(pages, a.Key, first + i) + c]);
                low = Math.Min(low, k);
                high = Math.Max(high, k);
            }

            bounds[target + c] = low;
            bounds[target + a.HeadDim + c] = high;
        }
    }

    /// <param name="query">Queries.</param>
    /// <param name="bounds">[pair of sequence and key head, block, smallest and largest, head dim].</param>
    /// <param name="estimates">Result, [pair, row, block], in natural units.</param>
    /// <param name="a">The launch.</param>
    private static void BoundScores<TQuery>(ArrayView<TQuery> query, ArrayView<float> bounds, ArrayView<float> estimates, EstimateArguments a)
        where TQuery : unmanaged, IGpuElement<TQuery>
    {
        int block = Grid.IdxX * Threads + Group.IdxX, row = Grid.IdxY, pair = Grid.IdxZ;
        if (block >= a.BlocksOf(a.FirstGroup + row, out _)) return;
        var batch = (a.FirstPair + pair) / a.Heads;
        var source = a.Query.Row(batch, a.FirstGroup + row - a.FirstPosition, a.FirstPair + pair - batch * a.Heads);
        var low = ((long)((a.FirstPair + pair) / a.Group) * a.Blocks + block) * 2 * a.HeadDim;
        float sum = 0;
        for (var c = 0; c < a.HeadDim; c++)
        {
            var q = TQuery.ToFloat(query[source + c]);
            sum += Math.Max(q * bounds[low + c], q * bounds[low + a.HeadDim + c]);
        }

        estimates[((long)pair * a.Groups + row) * a.Blocks + block] = sum * a.Scale / SoftmaxState.Log2E;
    }
}
