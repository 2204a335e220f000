using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Means of the vectors of each pool of positions, and whether a mean describes its pool: by the mean cosine of all pairs.</summary>
internal static class VectorPooling
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    /// <summary>Most positions of a pool.</summary>
    public const int MostPositions = 1024;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher<T>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<T> vectors, ArrayView<int> pages, ArrayView<float> means, ArrayView<byte> described,
        PoolingArguments arguments)
        where T : unmanaged;

    /// <summary>The kernel; its grid is (pools, pairs).</summary>
    public static GpuKernelSource Source<T>(string declaration, bool paged = false) where T : unmanaged, IGpuElement<T> => new(
        $"{declaration}: pooling of vectors, {typeof(T).Name}{PagedRows.Suffix(paged)}", paged ? Pool<T, PagedRows> : Pool<T, ConsecutiveRows>, Threads,
        sizeof(float) * (Threads + MostPositions));

    /// <param name="vectors">Queries or keys.</param>
    /// <param name="pages">Pages of the sequence, or a dummy.</param>
    /// <param name="means">Result, [pair, pool, head dim].</param>
    /// <param name="described">Result, [pair, pool]: 0 where the mean cosine is too small.</param>
    /// <param name="a">The launch.</param>
    private static void Pool<T, TRows>(
        ArrayView<T> vectors, ArrayView<int> pages, ArrayView<float> means, ArrayView<byte> described, PoolingArguments a)
        where T : unmanaged, IGpuElement<T> where TRows : struct, IKeyRows
    {
        var partial = SharedMemory.Allocate<float>(Threads);
        var factors = SharedMemory.Allocate<float>(MostPositions);
        var (thread, pool, pair) = (Group.IdxX, Grid.IdxX, Grid.IdxY);
        int first = (a.FirstPool + pool) * a.Positions - a.FirstPosition, count = a.Tokens - first;
        if (count > a.Positions) count = a.Positions;
        if (first < 0) (first, count) = (0, count + first);
        var batch = (a.FirstPair + pair) / a.Heads;
        var row = a.Layout.Row(batch, 0, a.FirstPair + pair - batch * a.Heads);
        if (a.Similarity > 0)
        {
            for (var i = thread; i < count; i += Threads)
            {
                float length = 0;
                for (var c = 0; c < a.HeadDim; c++)
                {
                    var x = T.ToFloat(vectors[row + TRows.Offset(pages, a.Layout, first + i) + c]);
                    length += x * x;
                }

                factors[i] = length == 0 ? 0 : 1 / XMath.Sqrt(length);
            }
        }

        Group.Barrier();
        var target = (long)pair * Grid.DimX + pool;
        float squares = 0;
        for (var c = thread; c < a.HeadDim; c += Threads)
        {
            float sum = 0, direction = 0;
            for (var i = 0; i < count; i++)
            {
                var x = T.ToFloat(vectors[row + TRows.Offset(pages, a.Layout, first + i) + c]);
                sum += x;
                if (a.Similarity > 0) direction += x * factors[i];
            }

            means[target * a.HeadDim + c] = sum / count;
            squares += direction * direction;
        }

        squares = GroupSum.Of(partial, squares, Threads);
        if (thread == 0) described[target] = (byte)(a.Similarity == 0 || squares > a.Similarity * count * count ? 1 : 0);
    }
}
