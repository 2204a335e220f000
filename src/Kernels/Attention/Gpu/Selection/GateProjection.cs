using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// The two sides of a learned gate: rows are turned back to what they were before their rotation and pooled (keys: largest, least and mean;
/// queries: mean), projected, normalised, and turned to the position of their pool. One group of threads a pool.
/// </summary>
internal static class GateProjection
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    private const int MostChannels = AttentionGate.WidestGate;
    private const float NormEpsilon = 1e-6f;

    /// <summary>Launches the kernel that projects blocks of keys.</summary>
    public delegate void KeyLauncher<TKey>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TKey> rows, ArrayView<int> pages, ArrayView<float> numbers, ArrayView<float> projected,
        GateArguments arguments)
        where TKey : unmanaged;

    /// <summary>Launches the kernel that projects groups of query rows.</summary>
    public delegate void QueryLauncher<TQuery>(
        AcceleratorStream stream, KernelConfig grid, ArrayView<TQuery> rows, ArrayView<float> numbers, ArrayView<float> projected, GateArguments arguments)
        where TQuery : unmanaged;

    /// <summary>The kernel that projects blocks of keys; its grid is (blocks, pairs of sequence and key head).</summary>
    public static GpuKernelSource OfKeys<TKey>(string declaration, bool paged) where TKey : unmanaged, IGpuElement<TKey> => new(
        $"{declaration}: gate of keys, {typeof(TKey).Name}{PagedRows.Suffix(paged)}", paged ? ProjectKeys<TKey, PagedRows> : ProjectKeys<TKey, ConsecutiveRows>,
        Threads, sizeof(float) * ((AttentionGate.KeyPools + 1) * MostChannels + Threads));

    /// <summary>The kernel that projects groups of query rows; its grid is (row groups, pairs of sequence and heads projected together).</summary>
    public static GpuKernelSource OfQueries<TQuery>(string declaration) where TQuery : unmanaged, IGpuElement<TQuery> =>
        new($"{declaration}: gate of queries, {typeof(TQuery).Name}", ProjectQueries<TQuery>, Threads, sizeof(float) * (2 * MostChannels + Threads));

    /// <param name="rows">Keys.</param>
    /// <param name="pages">Pages of the sequence, or a dummy.</param>
    /// <param name="numbers">See <see cref="GpuGate"/>.</param>
    /// <param name="projected">Result, [pair and projection, block, width].</param>
    /// <param name="a">The launch.</param>
    private static void ProjectKeys<TKey, TRows>(
        ArrayView<TKey> rows, ArrayView<int> pages, ArrayView<float> numbers, ArrayView<float> projected, GateArguments a)
        where TKey : unmanaged, IGpuElement<TKey> where TRows : struct, IKeyRows
    {
        var pooled = SharedMemory.Allocate<float>(AttentionGate.KeyPools * MostChannels);
        var vector = SharedMemory.Allocate<float>(MostChannels);
        var shared = SharedMemory.Allocate<float>(Threads);
        var (block, pair) = (a.FirstPool + Grid.IdxX, Grid.IdxY);
        var first = block * a.Positions;
        var count = Math.Min(a.Positions, a.Tokens - first);
        var batch = pair / a.Heads;
        var head = pair - batch * a.Heads;
        var row = a.Rows.Row(batch, 0, head);
        for (var c = Group.IdxX; c < a.HeadDim; c += Threads)
        {
            float largest = float.NegativeInfinity, least = float.PositiveInfinity, sum = 0;
            for (var i = 0; i < count; i++)
            {
                var x = TurnedBack(rows, numbers, row + TRows.Offset(pages, a.Rows, first + i), c, first + i, a);
                largest = Math.Max(largest, x);
                least = Math.Min(least, x);
                sum += x;
            }

            pooled[c] = largest;
            pooled[a.HeadDim + c] = least;
            pooled[2 * a.HeadDim + c] = sum / count;
        }

        Group.Barrier();
        for (var projection = 0; projection < a.Projections; projection++)
        {
            Multiply(pooled, AttentionGate.KeyPools * a.HeadDim, numbers, head * a.Projections + projection, vector, 0, a);
            Group.Barrier();
            var target = ((long)((a.FirstTarget + pair) * a.Projections + projection) * a.TargetPools + block) * a.Width;
            Finish(vector, shared, numbers, first, projected, target, a);
        }
    }

    /// <param name="rows">Queries.</param>
    /// <param name="numbers">See <see cref="GpuGate"/>.</param>
    /// <param name="projected">Result, [pair, row group, width].</param>
    /// <param name="a">The launch.</param>
    private static void ProjectQueries<TQuery>(ArrayView<TQuery> rows, ArrayView<float> numbers, ArrayView<float> projected, GateArguments a)
        where TQuery : unmanaged, IGpuElement<TQuery>
    {
        var pooled = SharedMemory.Allocate<float>(MostChannels);
        var vector = SharedMemory.Allocate<float>(MostChannels);
        var shared = SharedMemory.Allocate<float>(Threads);
        var (group, pair) = (a.FirstPool + Grid.IdxX, a.FirstPair + Grid.IdxY);
        int first = group * a.Positions - a.FirstPosition, count = Math.Min(a.Positions, a.Tokens - first);
        if (first < 0) (first, count) = (0, count + first);
        var batch = pair / a.Heads;
        var head = (pair - batch * a.Heads) * a.Sharing;
        for (var member = 0; member < a.Sharing; member++)
        {
            var row = a.Rows.Row(batch, first, head + member);
            for (var c = Group.IdxX; c < a.HeadDim; c += Threads)
            {
                float sum = 0;
                for (var i = 0; i < count; i++) sum += TurnedBack(rows, numbers, row + i * a.Rows.Token, c, a.FirstPosition + first + i, a);
                if (a.Gate.Weights < 0) vector[c] = sum / count;
                else pooled[c] = sum / count;
            }

            Group.Barrier();
            if (a.Gate.Weights >= 0) Multiply(pooled, a.HeadDim, numbers, head + member, vector, member, a);
            Group.Barrier();
        }

        Finish(vector, shared, numbers, group * a.Positions, projected, ((long)Grid.IdxY * Grid.DimX + Grid.IdxX) * a.Width, a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float TurnedBack<T>(ArrayView<T> rows, ArrayView<float> numbers, long row, int channel, int position, in GateArguments a)
        where T : unmanaged, IGpuElement<T> =>
        a.Gate.Turn.Turn(numbers, T.ToFloat(rows[row + channel]), T.ToFloat(rows[row + a.Gate.Turn.Partner(channel)]), channel, position);

    // Adds the projection of one head to those before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(
        ArrayView<float> pooled, int inputs, ArrayView<float> numbers, int head, ArrayView<float> vector, int before, in GateArguments a)
    {
        var weights = a.Gate.Weights + (long)head * inputs * a.Width;
        for (var c = Group.IdxX; c < a.Width; c += Threads)
        {
            var sum = before == 0 ? 0 : vector[c];
            for (var i = 0; i < inputs; i++) sum += pooled[i] * numbers[weights + (long)i * a.Width + c];
            vector[c] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        ArrayView<float> vector, ArrayView<float> shared, ArrayView<float> numbers, int position, ArrayView<float> projected, long target, in GateArguments a)
    {
        if (a.Gate.Norm >= 0)
        {
            float squares = 0;
            for (var c = Group.IdxX; c < a.Width; c += Threads) squares += vector[c] * vector[c];
            squares = GroupSum.Of(shared, squares, Threads);
            var factor = 1 / XMath.Sqrt(squares / a.Width + NormEpsilon);
            for (var c = Group.IdxX; c < a.Width; c += Threads) vector[c] *= factor * numbers[a.Gate.Norm + c];
            Group.Barrier();
        }

        for (var c = Group.IdxX; c < a.Width; c += Threads)
            projected[target + c] = a.Gate.GateTurn.Turn(numbers, vector[c], vector[a.Gate.GateTurn.Partner(c)], c, position);
        Group.Barrier();
    }
}
