using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// FlexPrefill's choice: whether means describe the last rows' mass, how many of the largest estimates hold the mass wanted, and which blocks that
/// makes. Sums are of whole units, so that their order changes nothing; the least estimate taken is found bit by bit.
/// </summary>
internal static class AdaptiveChoice
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    /// <summary>Units of a probability of 1.</summary>
    public const float Units = 1L << 40;

    private const int HighestBit = 30;

    /// <summary>Launches the kernel that sums blocks.</summary>
    public delegate void Summer(AcceleratorStream stream, KernelConfig grid, ArrayView<float> sums, ArrayView<float> blockSums, AdaptiveArguments arguments);

    /// <summary>Launches the kernel that compares means with mass.</summary>
    public delegate void Comparer(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> blockSums, ArrayView<float> described, ArrayView<int> byMeans, AdaptiveArguments arguments);

    /// <summary>Launches the kernel that counts.</summary>
    public delegate void Counter(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> estimates, ArrayView<int> byMeans, ArrayView<int> budgets, AdaptiveArguments arguments);

    /// <summary>Launches the kernel that chooses.</summary>
    public delegate void Chooser(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> estimates, ArrayView<int> budgets, ArrayView<int> chosenBefore, AdaptiveArguments arguments);

    /// <summary>Launches the kernel that marks.</summary>
    public delegate void Marker(
        AcceleratorStream stream, KernelConfig grid, ArrayView<int> linesBefore, ArrayView<int> meansBefore, ArrayView<byte> marks, AdaptiveArguments arguments);

    /// <summary>The kernel that sums blocks of columns and diagonals; its grid is (tiles of <see cref="Threads"/> blocks, lines, pairs).</summary>
    public static GpuKernelSource OfSums(string declaration) => new($"{declaration}: sums of blocks", Sum, Threads, 0);

    /// <summary>The kernel that compares means with mass; its grid is (pairs).</summary>
    public static GpuKernelSource OfComparisons(string declaration) => new($"{declaration}: comparison of means", Compare, Threads, sizeof(float) * Threads);

    /// <summary>The kernel that counts the largest estimates; its grid is (lines, pairs).</summary>
    public static GpuKernelSource OfCounts(string declaration) => new($"{declaration}: count of estimates", Count, Threads, (sizeof(long) + sizeof(int)) * Threads);

    /// <summary>The kernel that chooses as many; its grid is (lines, pairs).</summary>
    public static GpuKernelSource OfChoices(string declaration) =>
        new($"{declaration}: choice of estimates", Choose, LineChoice.Threads, 2 * sizeof(int) * LineChoice.Threads);

    /// <summary>The kernel that marks; its grid is (tiles of <see cref="Threads"/> blocks, row groups, pairs).</summary>
    public static GpuKernelSource OfMarks(string declaration) => new($"{declaration}: marks of blocks", Mark, Threads, 0);

    /// <param name="sums">[pair, line, key]; see <see cref="LastRowSums"/>.</param>
    /// <param name="blockSums">Result, [pair, line, block].</param>
    /// <param name="a">The launch.</param>
    private static void Sum(ArrayView<float> sums, ArrayView<float> blockSums, AdaptiveArguments a)
    {
        var block = Grid.IdxX * Threads + Group.IdxX;
        if (block >= a.Blocks) return;
        var line = (long)Grid.IdxZ * a.Lines + Grid.IdxY;
        float sum = 0;
        for (var key = block * a.Block; key < a.Keys && key < (block + 1) * a.Block; key++) sum += sums[line * a.Keys + key];
        blockSums[line * a.Blocks + block] = sum;
    }

    /// <param name="blockSums">[pair, line, block], columns first.</param>
    /// <param name="described">[pair, block]: the last rows' probabilities by means.</param>
    /// <param name="byMeans">Result, [pair].</param>
    /// <param name="a">The launch.</param>
    private static void Compare(ArrayView<float> blockSums, ArrayView<float> described, ArrayView<int> byMeans, AdaptiveArguments a)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        var pair = (long)Grid.IdxX;
        float divergence = 0;
        for (var block = Group.IdxX; block < a.Blocks; block += Threads)
        {
            float mass = blockSums[pair * a.Lines * a.Blocks + block] / a.LastRows, mean = described[pair * a.Blocks + block];
            divergence += Part(mass, mean) + Part(mean, mass);
        }

        divergence = GroupSum.Of(shared, divergence, Threads);
        if (Group.IdxX == 0) byMeans[pair] = XMath.Sqrt(Math.Max(0, divergence)) < a.Divergence ? 1 : 0;
    }

    /// <param name="estimates">[pair, line, estimate], those below 0 being none.</param>
    /// <param name="byMeans">[pair].</param>
    /// <param name="budgets">Result, [pair, line]: blocks of columns and diagonals, or pairs of blocks by means.</param>
    /// <param name="a">The launch.</param>
    private static void Count(ArrayView<float> estimates, ArrayView<int> byMeans, ArrayView<int> budgets, AdaptiveArguments a)
    {
        var sums = SharedMemory.Allocate<long>(Threads);
        var counts = SharedMemory.Allocate<int>(Threads);
        var pair = Grid.IdxY;
        var line = (long)pair * a.Lines + Grid.IdxX;
        if (byMeans[pair] != a.ByMeans)
        {
            if (Group.IdxX == 0) budgets[line] = a.ByMeans != 0 ? 0 : a.Least;
            return;
        }

        var (source, least) = (line * a.Estimates, 0);
        for (var bit = HighestBit; bit >= 0; bit--)
        {
            var candidate = least | 1 << bit;
            if (GroupSum.Of(sums, SumFrom(estimates, source, candidate, a).Sum, Threads) >= a.Total) least = candidate;
        }

        var above = SumFrom(estimates, source, least + 1, a);
        var (sum, count) = (GroupSum.Of(sums, above.Sum, Threads), GroupSum.Of(counts, above.Count, Threads));
        var equal = GroupSum.Of(counts, SumFrom(estimates, source, least, a).Count, Threads) - count;
        if (Group.IdxX != 0) return;

        // Of equal estimates, as many as are missing; all where the mass is never reached.
        var one = InUnits(Interop.IntAsFloat((uint)least));
        count += one > 0 ? (int)Math.Min(equal, (a.Total - sum + one - 1) / one) : equal;
        budgets[line] = a.ByMeans != 0 ? count : Math.Min(a.Blocks, Math.Max(count / a.Block + 1, a.Least));
    }

    /// <param name="estimates">[pair, line, estimate].</param>
    /// <param name="budgets">[pair, line].</param>
    /// <param name="chosenBefore">Result, [pair, line, estimate]: how many before it are chosen; one entry more than there are estimates.</param>
    /// <param name="a">The launch.</param>
    private static void Choose(ArrayView<float> estimates, ArrayView<int> budgets, ArrayView<int> chosenBefore, AdaptiveArguments a)
    {
        var above = SharedMemory.Allocate<int>(LineChoice.Threads);
        var equal = SharedMemory.Allocate<int>(LineChoice.Threads);
        var line = (long)Grid.IdxY * a.Lines + Grid.IdxX;
        LineChoice.Among(
            above, equal, estimates, line * a.Estimates, a.Estimates, a.ByMeans != 0 ? 0 : 1, budgets[line], chosenBefore, line * (a.Estimates + 1L));
    }

    /// <param name="linesBefore">[pair, line, block]: columns and diagonals.</param>
    /// <param name="meansBefore">[pair, row group and block].</param>
    /// <param name="marks">Result, [pair, row group, block].</param>
    /// <param name="a">The launch.</param>
    private static void Mark(ArrayView<int> linesBefore, ArrayView<int> meansBefore, ArrayView<byte> marks, AdaptiveArguments a)
    {
        int block = Grid.IdxX * Threads + Group.IdxX, group = a.FirstMarked + Grid.IdxY, pair = Grid.IdxZ;
        if (block > group || block >= a.Blocks) return;
        var isKept = a.Dense;
        if (isKept == 0)
        {
            var columns = (long)pair * a.Lines * (a.Blocks + 1);
            var diagonals = columns + a.Blocks + 1;
            var means = pair * ((long)a.Groups * a.Blocks + 1) + (long)(group - a.FirstGroup) * a.Blocks;
            if (IsChosen(linesBefore, columns + block) || IsChosen(linesBefore, diagonals + group - block) || IsChosen(meansBefore, means + block)) isKept = 1;
        }

        marks[((long)pair * a.MarkedGroups + Grid.IdxY) * a.MarkStride + block] = (byte)isKept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsChosen(ArrayView<int> chosenBefore, long place) => chosenBefore[place + 1] > chosenBefore[place];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Part(float a, float b) => a > 0 ? a * XMath.Log(2 * a / (a + b)) / 2 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long InUnits(float estimate) => (long)(estimate * Units);

    // Of this thread's estimates from a bit pattern on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (long Sum, int Count) SumFrom(ArrayView<float> estimates, long source, int least, in AdaptiveArguments a)
    {
        var (sum, count) = (0L, 0);
        for (var i = Group.IdxX; i < a.Estimates; i += Threads)
        {
            var estimate = estimates[source + i];
            if ((int)Interop.FloatAsInt(estimate) < least) continue;
            sum += InUnits(estimate);
            count++;
        }

        return (sum, count);
    }
}
