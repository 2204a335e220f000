using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Chooses which keys before the last rows each key head keeps: sums of the query heads are reduced and shared with neighbours, heads that
/// compete are given their number of keys by a ranking of all, and every head takes its best.
/// </summary>
internal static class KeptKeys
{
    /// <summary>Threads of a group that scores or marks.</summary>
    public const int Threads = 128;

    /// <summary>Launches the kernel that scores.</summary>
    public delegate void Scorer(AcceleratorStream stream, KernelConfig grid, ArrayView<float> sums, ArrayView<float> scores, KeptArguments arguments);

    /// <summary>Launches the kernel that gives heads their numbers, or the one that chooses.</summary>
    public delegate void Chooser(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> scores, ArrayView<int> sizes, ArrayView<int> chosenBefore, KeptArguments arguments);

    /// <summary>Launches the kernel that marks.</summary>
    public delegate void Marker(AcceleratorStream stream, KernelConfig grid, ArrayView<int> chosenBefore, ArrayView<byte> marks, KeptArguments arguments);

    /// <summary>The kernel that scores; its grid is (tiles of <see cref="Threads"/> keys, pairs of sequence and key head).</summary>
    public static GpuKernelSource OfScores(string declaration) => new($"{declaration}: scores of kept keys", Score, Threads, 0);

    /// <summary>The kernel that gives competing heads their numbers; its grid is (sequences).</summary>
    public static GpuKernelSource OfSizes(string declaration) =>
        new($"{declaration}: numbers of kept keys", Size, LineChoice.Threads, 2 * sizeof(int) * LineChoice.Threads);

    /// <summary>The kernel that chooses; its grid is (pairs).</summary>
    public static GpuKernelSource OfChoices(string declaration) =>
        new($"{declaration}: choice of kept keys", Choose, LineChoice.Threads, 2 * sizeof(int) * LineChoice.Threads);

    /// <summary>The kernel that marks; its grid is (tiles of <see cref="Threads"/> marks, pairs).</summary>
    public static GpuKernelSource OfMarks(string declaration) => new($"{declaration}: marks of kept keys", Mark, Threads, 0);

    /// <param name="sums">[pair of sequence and query head, kind, key]; see <see cref="LastRowSums"/>.</param>
    /// <param name="scores">Result, [pair, key of the prefix].</param>
    /// <param name="a">The launch.</param>
    private static void Score(ArrayView<float> sums, ArrayView<float> scores, KeptArguments a)
    {
        var (key, pair) = (Grid.IdxX * Threads + Group.IdxX, Grid.IdxY);
        if (key >= a.Prefix) return;
        var reach = a.PoolWidth >> 1;
        int first = Math.Max(0, key - reach), last = Math.Min(key + reach, a.Prefix - 1);
        float score = 0;
        for (var near = first; near <= last; near++)
        {
            var reduced = Reduce(sums, pair, near, a);
            score = a.TakesLargest != 0 ? Math.Max(score, reduced) : score + reduced / a.PoolWidth;
        }

        scores[(long)pair * a.Prefix + key] = score;
    }

    /// <param name="scores">[pair, key of the prefix]: those of a sequence's heads follow each other.</param>
    /// <param name="sizes">Result, [pair]: how many keys of the prefix it keeps.</param>
    /// <param name="chosenBefore">Room for one entry a score and sequence.</param>
    /// <param name="a">The launch.</param>
    private static void Size(ArrayView<float> scores, ArrayView<int> sizes, ArrayView<int> chosenBefore, KeptArguments a)
    {
        var above = SharedMemory.Allocate<int>(LineChoice.Threads);
        var equal = SharedMemory.Allocate<int>(LineChoice.Threads);
        var (sequence, entries) = (Grid.IdxX, a.Heads * a.Prefix);
        var target = sequence * (entries + 1L);
        LineChoice.Among(above, equal, scores, sequence * (long)entries, entries, 0, Math.Min(a.Own * a.Heads, entries), chosenBefore, target);
        Group.Barrier();
        for (var head = Group.IdxX; head < a.Heads; head += LineChoice.Threads)
        {
            long won = chosenBefore[target + (head + 1) * a.Prefix] - chosenBefore[target + head * a.Prefix];
            var whole = 1L << a.ShareShift;
            var size = (whole - a.ShareFactor) * won + (long)a.ShareFactor * a.Own + (whole >> 1) >> a.ShareShift;
            sizes[sequence * a.Heads + head] = (int)Math.Min(a.Prefix, size);
        }
    }

    /// <param name="scores">[pair, key of the prefix].</param>
    /// <param name="sizes">[pair], where heads compete.</param>
    /// <param name="chosenBefore">Result, [pair, key]: how many of the keys before it are chosen; one entry more than the prefix has keys.</param>
    /// <param name="a">The launch.</param>
    private static void Choose(ArrayView<float> scores, ArrayView<int> sizes, ArrayView<int> chosenBefore, KeptArguments a)
    {
        var above = SharedMemory.Allocate<int>(LineChoice.Threads);
        var equal = SharedMemory.Allocate<int>(LineChoice.Threads);
        var pair = Grid.IdxX;
        LineChoice.Among(
            above, equal, scores, pair * (long)a.Prefix, a.Prefix, 0, a.Compete != 0 ? sizes[pair] : a.Own, chosenBefore, pair * (a.Prefix + 1L));
    }

    /// <param name="chosenBefore">[pair, key].</param>
    /// <param name="marks">Result, [pair, key].</param>
    /// <param name="a">The launch.</param>
    private static void Mark(ArrayView<int> chosenBefore, ArrayView<byte> marks, KeptArguments a)
    {
        var (key, pair) = (Grid.IdxX * Threads + Group.IdxX, Grid.IdxY);
        if (key >= a.MarkStride) return;
        var isKept = key < a.Keys ? 1 : 0;
        if (key < a.Prefix && a.Prefix > a.Own)
        {
            var before = pair * (a.Prefix + 1L) + key;
            isKept = chosenBefore[before + 1] - chosenBefore[before];
        }

        marks[pair * (long)a.MarkStride + key] = (byte)isKept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Reduce(ArrayView<float> sums, int pair, int key, in KeptArguments a)
    {
        float reduced = 0;
        for (var member = 0; member < a.Group; member++)
        {
            var sum = sums[((long)pair * a.Group + member) * LastRowSums.Kinds * a.Keys + key];
            if (a.Reduction == (int)GroupReduction.Mean) sum /= a.Group;
            reduced = a.Reduction == (int)GroupReduction.Max ? Math.Max(reduced, sum) : reduced + sum;
        }

        return reduced;
    }
}
