using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Chooses the columns and the diagonals of largest sum, beside the first ones. The least sum chosen is found bit by bit, by counting; of equal
/// sums the earlier are chosen.
/// </summary>
internal static class LineChoice
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    private const int LinesPerThread = 16, HighestBit = 30;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> sums, ArrayView<int> chosenBefore, EstimateArguments arguments);

    /// <summary>The kernel; its grid is (<see cref="LastRowSums.Kinds"/>, pairs).</summary>
    public static GpuKernelSource Source(string declaration) => new($"{declaration}: choice of lines", Choose, Threads, 2 * sizeof(int) * Threads);

    /// <param name="sums">[pair, kind, line], none below 0.</param>
    /// <param name="chosenBefore">Result, [pair, kind, line]: how many of the lines before it are chosen; one entry more than there are lines.</param>
    /// <param name="a">The launch.</param>
    private static void Choose(ArrayView<float> sums, ArrayView<int> chosenBefore, EstimateArguments a)
    {
        var above = SharedMemory.Allocate<int>(Threads);
        var equal = SharedMemory.Allocate<int>(Threads);
        var (kind, pair) = (Grid.IdxX, Grid.IdxY);
        var line = (long)pair * LastRowSums.Kinds + kind;
        var most = kind == 0 ? a.TopColumns : a.TopDiagonals;
        Among(above, equal, sums, line * a.Keys, a.Keys, Math.Min(kind == 0 ? a.Sink : a.Local, most), most, chosenBefore, line * (a.Keys + 1));
    }

    /// <summary>Chooses among neighbouring sums; a barrier must follow before what it has counted is read.</summary>
    /// <param name="above">Shared memory of <see cref="Threads"/>.</param>
    /// <param name="equal">Shared memory of <see cref="Threads"/>.</param>
    /// <param name="sums">None below 0.</param>
    /// <param name="source">The first sum.</param>
    /// <param name="lines">Sums.</param>
    /// <param name="forced">First ones that are chosen in any case.</param>
    /// <param name="most">How many are chosen, those included.</param>
    /// <param name="chosenBefore">Result, one entry more than there are lines: how many of the lines before it are chosen.</param>
    /// <param name="target">The first entry.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Among(
        ArrayView<int> above, ArrayView<int> equal, ArrayView<float> sums, long source, int lines, int forced, int most, ArrayView<int> chosenBefore, long target)
    {
        var (thread, least) = (Group.IdxX, 0);
        for (var bit = HighestBit; bit >= 0; bit--)
        {
            var candidate = least | 1 << bit;
            if (GroupSum.Of(above, CountFrom(sums, source, thread, forced, lines, candidate), Threads) >= most - forced) least = candidate;
        }

        var ties = most - forced - GroupSum.Of(above, CountFrom(sums, source, thread, forced, lines, least + 1), Threads);
        int chosen = 0, tied = 0;
        for (var start = 0; start < lines; start += Threads * LinesPerThread)
        {
            var first = start + thread * LinesPerThread;
            var end = Math.Min(first + LinesPerThread, lines);
            int ownAbove = 0, ownEqual = 0;
            for (var line = first; line < end; line++)
            {
                var bits = Bits(sums[source + line]);
                if (line < forced || bits > least) ownAbove++;
                else if (bits == least) ownEqual++;
            }

            (above[thread], equal[thread]) = (ownAbove, ownEqual);
            Group.Barrier();
            int ownChosen = 0, ownTied = 0;
            for (var other = 0; other < Threads; other++)
            {
                if (other == thread) (ownChosen, ownTied) = (chosen, tied);
                chosen += above[other] + Math.Min(equal[other], Math.Max(0, ties - tied));
                tied += equal[other];
            }

            for (var line = first; line < end; line++)
            {
                chosenBefore[target + line] = ownChosen;
                var bits = Bits(sums[source + line]);
                if (line < forced || bits > least) ownChosen++;
                else if (bits == least && ownTied++ < ties) ownChosen++;
            }

            Group.Barrier();
        }

        if (thread == 0) chosenBefore[target + lines] = chosen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountFrom(ArrayView<float> sums, long source, int thread, int first, int lines, int least)
    {
        var count = 0;
        for (var line = first + thread; line < lines; line += Threads)
            if (Bits(sums[source + line]) >= least) count++;
        return count;
    }

    // Of numbers not below 0, as integers that ascend with them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bits(float sum) => (int)Interop.FloatAsInt(sum);
}
