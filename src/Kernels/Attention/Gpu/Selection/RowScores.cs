using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Scores of rows with columns, in squares: the score of square (I, J) of side S is the mean over s &lt; S of query S·I + S − 1 − s with key
/// S·J + s; a side of 1 gives the scores themselves. Queries outside the run and keys past the last count as 0.
/// </summary>
internal static class RowScores
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Rows, and columns, of a tile.</summary>
    public const int Side = 64;

    // Float4s of a row in shared memory at a time; rows lie an odd number apart, for the banks.
    private const int ChunkVectors = 8, ChunkStride = ChunkVectors + 1, Lanes = 16;

    /// <summary>Shared memory of a group.</summary>
    public const int SharedBytes = 2 * Side * ChunkStride * 16;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher<TQuery, TKey>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> query, ArrayView<TKey> key, ArrayView<int> pages, ArrayView<float> scores,
        EstimateArguments arguments)
        where TQuery : unmanaged where TKey : unmanaged;

    /// <summary>The kernel; its grid is (tiles of columns, tiles of rows, pairs).</summary>
    public static GpuKernelSource Source<TQuery, TKey>(string declaration, bool paged = false)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> => new(
            $"{declaration}: scores of squares, {typeof(TQuery).Name}, {typeof(TKey).Name}{PagedRows.Suffix(paged)}",
            paged ? Score<TQuery, TKey, PagedRows> : Score<TQuery, TKey, ConsecutiveRows>, Threads, SharedBytes);

    /// <param name="query">Queries.</param>
    /// <param name="key">Keys.</param>
    /// <param name="pages">Pages of the sequence, or a dummy.</param>
    /// <param name="scores">Result, [pair, row, column].</param>
    /// <param name="a">The launch.</param>
    private static void Score<TQuery, TKey, TRows>(
        ArrayView<TQuery> query, ArrayView<TKey> key, ArrayView<int> pages, ArrayView<float> scores, EstimateArguments a)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TRows : struct, IKeyRows
    {
        var stage = SharedMemory.Allocate<Float4>(2 * Side * ChunkStride);
        var staged = stage.Cast<float>();
        var (thread, firstColumn, firstRow) = (Group.IdxX, Grid.IdxX * Side, Grid.IdxY * Side);
        if (a.Causal != 0 && firstColumn > a.FirstScoreRow + firstRow + Side - 1) return;
        var pair = a.FirstPair + Grid.IdxZ;
        var batch = pair / a.Heads;
        var head = pair - batch * a.Heads;
        var (queries, keys) = (a.Query.Row(batch, 0, head), a.Key.Row(batch, 0, head / a.Group));
        int tx = thread & (Lanes - 1), ty = (thread >> 4) * 4, x = thread & 31, y = thread >> 5;
        Float4 s0 = default, s1 = default, s2 = default, s3 = default;
        for (var side = 0; side < a.Stride; side++)
        for (var chunk = 0; chunk < a.HeadDim; chunk += 4 * ChunkVectors)
        {
            var c = chunk + x;
            for (var i = 0; i < Side / 8; i++)
            {
                var row = y + i * 8;
                var token = (a.FirstScoreRow + firstRow + row) * a.Stride + a.Stride - 1 - side - a.FirstPosition;
                var seen = firstRow + row < a.ScoreRows && token >= 0 && token < a.Queries && c < a.HeadDim;
                staged[row * 4 * ChunkStride + x] = seen ? TQuery.ToFloat(query[queries + token * a.Query.Token + c]) : 0;
                var place = (firstColumn + row) * a.Stride + side;
                staged[(Side + row) * 4 * ChunkStride + x] = place < a.Keys && c < a.HeadDim ? TKey.ToFloat(key[keys + TRows.Offset(pages, a.Key, place) + c]) : 0;
            }

            Group.Barrier();
            for (var d = 0; d < ChunkVectors; d++)
            {
                var (k0, k1) = (stage[(Side + tx) * ChunkStride + d], stage[(Side + Lanes + tx) * ChunkStride + d]);
                var (k2, k3) = (stage[(Side + 2 * Lanes + tx) * ChunkStride + d], stage[(Side + 3 * Lanes + tx) * ChunkStride + d]);
                s0 = Float4.Dots(stage[ty * ChunkStride + d], k0, k1, k2, k3, s0);
                s1 = Float4.Dots(stage[(ty + 1) * ChunkStride + d], k0, k1, k2, k3, s1);
                s2 = Float4.Dots(stage[(ty + 2) * ChunkStride + d], k0, k1, k2, k3, s2);
                s3 = Float4.Dots(stage[(ty + 3) * ChunkStride + d], k0, k1, k2, k3, s3);
            }

            Group.Barrier();
        }

        var scale = a.Scale / a.Stride;
        var target = ((long)Grid.IdxZ * a.ScoreRows + firstRow + ty) * a.Columns + firstColumn + tx;
        var (rows, columns) = (a.ScoreRows - firstRow - ty, a.Columns - firstColumn - tx);
        if (rows > 0) Store(scores, target, columns, Float4.Scale(scale, s0));
        if (rows > 1) Store(scores, target + a.Columns, columns, Float4.Scale(scale, s1));
        if (rows > 2) Store(scores, target + 2L * a.Columns, columns, Float4.Scale(scale, s2));
        if (rows > 3) Store(scores, target + 3L * a.Columns, columns, Float4.Scale(scale, s3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> scores, long target, int columns, Float4 s)
    {
        if (columns > 0) scores[target] = s.X;
        if (columns > Lanes) scores[target + Lanes] = s.Y;
        if (columns > 2 * Lanes) scores[target + 2 * Lanes] = s.Z;
        if (columns > 3 * Lanes) scores[target + 3 * Lanes] = s.W;
    }
}
