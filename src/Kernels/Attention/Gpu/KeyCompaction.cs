using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Turns marks of candidate keys into ascending key lists, one group of threads a list: each thread counts a run of
/// neighbouring marks, and the counts before it say where its keys go. No atomics, so the order is always the same.
/// </summary>
internal static class KeyCompaction
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    private const int MarksPerThread = 16;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<byte> marks, ArrayView<KeyRange> candidates, ArrayView<int> listed,
        ArrayView<KeyRange> ranges, SelectArguments arguments);

    /// <summary>The kernel; its grid is (row groups, pairs).</summary>
    public static GpuKernelSource Source(string declaration) => new($"{declaration}: compaction", Compact, Threads, sizeof(int) * Threads);

    /// <param name="marks">1 for each selected candidate, [pair, row group, candidate].</param>
    /// <param name="candidates">Candidate keys of each row group, counted from position 0.</param>
    /// <param name="listed">Result, [pair, row group, entry].</param>
    /// <param name="ranges">Result, [pair, row group]: the entries of each list.</param>
    /// <param name="a">The launch.</param>
    private static void Compact(
        ArrayView<byte> marks, ArrayView<KeyRange> candidates, ArrayView<int> listed, ArrayView<KeyRange> ranges, SelectArguments a)
    {
        var counts = SharedMemory.Allocate<int>(Threads);
        var (thread, list) = (Group.IdxX, Grid.IdxY * a.Groups + Grid.IdxX);
        var range = candidates[a.FirstGroup + Grid.IdxX];
        var length = range.End - range.Start;
        var (source, written) = (list * a.ListStride, 0);
        for (var start = 0; start < length; start += Threads * MarksPerThread)
        {
            var first = start + thread * MarksPerThread;
            var end = Math.Min(first + MarksPerThread, length);
            var own = 0;
            for (var i = first; i < end; i++) own += marks[source + i];
            var (before, total) = GroupSum.Preceding(counts, own, Threads);
            var place = source + written + before;
            for (var i = first; i < end; i++)
                if (marks[source + i] != 0) listed[place++] = range.Start + i;
            written += total;
            Group.Barrier();
        }

        if (thread == 0) ranges[list] = new KeyRange(0, written);
    }
}
