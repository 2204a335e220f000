using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Turns marks of blocks into ascending lists of key ranges, one group of threads a list: each thread counts the ranges that begin in a
/// run of neighbouring marks, and the counts before it say where its ranges go. No atomics, so the order is always the same.
/// </summary>
internal static class RangeCompaction
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    private const int MarksPerThread = 16;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<byte> marks, ArrayView<int> bounds, ArrayView<KeyRange> ranges, EstimateArguments arguments);

    /// <summary>The kernel; its grid is (row groups, lists).</summary>
    public static GpuKernelSource Source(string declaration) => new($"{declaration}: compaction of ranges", Compact, Threads, sizeof(int) * Threads);

    /// <param name="marks">1 for each block kept, [list, choice of the list, row group, block].</param>
    /// <param name="bounds">Result, [list, row group, 2]; see <see cref="RangeLists"/>.</param>
    /// <param name="ranges">Result, [list, row group, range].</param>
    /// <param name="a">The launch; its sharing is the choices of a list.</param>
    private static void Compact(ArrayView<byte> marks, ArrayView<int> bounds, ArrayView<KeyRange> ranges, EstimateArguments a)
    {
        var counts = SharedMemory.Allocate<int>(Threads);
        var (thread, group, pair) = (Group.IdxX, Grid.IdxX, Grid.IdxY);
        var list = pair * a.Groups + group;
        var blocks = a.BlocksOf(a.FirstGroup + group, out _);
        var (target, written) = (list * a.RangeStride, 0);
        for (var start = 0; start < blocks; start += Threads * MarksPerThread)
        {
            var first = start + thread * MarksPerThread;
            var end = Math.Min(first + MarksPerThread, blocks);
            var own = 0;
            for (var block = first; block < end; block++) own += Begins(marks, pair, group, block, a);
            var (before, total) = GroupSum.Preceding(counts, own, Threads);
            var place = target + written + before;
            for (var block = first; block < end; block++)
            {
                if (Begins(marks, pair, group, block, a) == 0) continue;
                var stop = block + 1;
                while (stop < blocks && IsKept(marks, pair, group, stop, a) != 0) stop++;
                ranges[place++] = new KeyRange(block * a.Block, (int)Math.Min((long)stop * a.Block, a.Keys));
            }

            written += total;
            Group.Barrier();
        }

        if (thread != 0) return;
        bounds[2 * list] = target;
        bounds[2 * list + 1] = target + written;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Begins(ArrayView<byte> marks, int pair, int group, int block, in EstimateArguments a) =>
        IsKept(marks, pair, group, block, a) != 0 && (block == 0 || IsKept(marks, pair, group, block - 1, a) == 0) ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IsKept(ArrayView<byte> marks, int pair, int group, int block, in EstimateArguments a)
    {
        var kept = 0;
        for (var choice = 0; choice < a.Sharing; choice++)
            kept |= marks[((long)(pair * a.Sharing + choice) * a.Groups + group) * a.MarkStride + block];
        return kept;
    }
}
