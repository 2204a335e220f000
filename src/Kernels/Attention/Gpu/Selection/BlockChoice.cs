using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Marks the blocks that a row group keeps. Every thread finds the rank of one block, and the estimates before it, by comparing it with
/// all others: no sorting, no atomics.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BlockChoice
{
    /// <summary>Threads of a group.</summary>
    internal const int Threads = 128;

    /// <summary>Launches the kernel.</summary>
    internal delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> estimates, ArrayView<byte> describedKeys, ArrayView<byte> describedRows,
        ArrayView<byte> marks, EstimateArguments arguments);

    /// <summary>The kernel; its grid is (tiles of <see cref="Threads"/> blocks, row groups, choices).</summary>
    /// <param name="declaration">Name of the declaration.</param>
    /// <param name="kernel"><see cref="Choose{TSelector}"/>, type argument bound.</param>
    internal static GpuKernelSource Source(string declaration, Delegate kernel) =>
        new($"{declaration}: choice of blocks", kernel, Threads, 2 * sizeof(float) * Threads);

    /// <summary>The kernel's text.</summary>
    /// <param name="estimates">[pair, row group, block].</param>
    /// <param name="describedKeys">[sequence and key head, block]: 0 for blocks that are kept in any case.</param>
    /// <param name="describedRows">[pair, row group]: 0 for row groups that keep every block.</param>
    /// <param name="marks">Result, [choice, row group, block].</param>
    /// <param name="a">The launch.</param>
    public static void Choose<TSelector>(
        ArrayView<float> estimates, ArrayView<byte> describedKeys, ArrayView<byte> describedRows, ArrayView<byte> marks, EstimateArguments a)
        where TSelector : struct, IBlockSelector
    {
        var others = SharedMemory.Allocate<float>(Threads);
        var forced = SharedMemory.Allocate<int>(Threads);
        var (thread, group, choice) = (Group.IdxX, Grid.IdxY, Grid.IdxZ);
        var block = Grid.IdxX * Threads + thread;
        var end = Math.Min(a.BlocksOf(a.FirstGroup + group, out var last), a.EndBlock);
        float own = 0, taken = 0, total = 0, largest = float.NegativeInfinity;
        int isForced = 0, rank = 0;
        if (block >= a.FirstBlock && block < end)
        {
            own = Reduce(estimates, choice, group, block, a);
            isForced = IsForced(describedKeys, describedRows, choice, group, block, last, a);
        }

        for (var start = a.FirstBlock; start < end; start += Threads)
        {
            if (start + thread < end)
            {
                others[thread] = Reduce(estimates, choice, group, start + thread, a);
                forced[thread] = IsForced(describedKeys, describedRows, choice, group, start + thread, last, a);
            }

            Group.Barrier();
            for (var i = 0; i < Threads && start + i < end; i++)
            {
                var other = others[i];
                total += other;
                largest = Math.Max(largest, other);
                if (forced[i] == 0 && (other < own || (other == own && start + i >= block))) continue;
                taken += other;
                rank++;
            }

            Group.Barrier();
        }

        if (block < a.FirstBlock || block >= end) return;
        var keeps = TSelector.Keeps(own, rank, taken, total, largest, end - a.FirstBlock, a.FirstGroup + group, block, a);
        marks[((long)choice * a.Groups + group) * a.MarkStride + block] = (byte)(keeps || isForced != 0 ? 1 : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Reduce(ArrayView<float> estimates, int choice, int group, int block, in EstimateArguments a)
    {
        float reduced = 0;
        for (var head = 0; head < a.Sharing; head++)
        {
            var estimate = estimates[((long)(choice * a.Sharing + head) * a.Groups + group) * a.Blocks + block];
            reduced = head == 0 ? estimate : a.Reduction == (int)GroupReduction.Max ? Math.Max(reduced, estimate) : reduced + estimate;
        }

        return a.Reduction == (int)GroupReduction.Mean ? reduced / a.Sharing : reduced;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IsForced(
        ArrayView<byte> describedKeys, ArrayView<byte> describedRows, int choice, int group, int block, int last, in EstimateArguments a)
    {
        if (a.FirstGroup + group >= a.FirstDense || block < a.Sink || (block <= last && block > last - a.Local)) return 1;
        if (a.HasDescriptions == 0) return 0;
        var pair = choice * a.Sharing;
        var missing = describedKeys[(long)((a.FirstPair + pair) / a.Group) * a.Blocks + block] == 0 ? 1 : 0;
        for (var head = 0; head < a.Sharing; head++)
            if (describedRows[(long)(pair + head) * a.Groups + group] == 0) missing = 1;
        return missing;
    }
}
