using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Marks the keys that chosen diagonals and columns give to each row group: those of diagonals, and columns apart from them.</summary>
internal static class StripeMarks
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<int> chosenBefore, ArrayView<byte> ranges, ArrayView<byte> columns, EstimateArguments arguments);

    /// <summary>The kernel; its grid is (tiles of <see cref="Threads"/> keys, row groups, pairs).</summary>
    public static GpuKernelSource Source(string declaration) => new($"{declaration}: marks of stripes", Mark, Threads, 0);

    /// <param name="chosenBefore">[pair, kind, line]; see <see cref="LineChoice"/>.</param>
    /// <param name="ranges">Result, [pair, row group, key].</param>
    /// <param name="columns">Result, [pair, row group, key].</param>
    /// <param name="a">The launch.</param>
    private static void Mark(ArrayView<int> chosenBefore, ArrayView<byte> ranges, ArrayView<byte> columns, EstimateArguments a)
    {
        int key = Grid.IdxX * Threads + Group.IdxX, group = Grid.IdxY, pair = Grid.IdxZ;
        if (key >= a.MarkStride) return;
        var (first, last) = a.PositionsOf(a.FirstGroup + group);
        var (inRange, inColumn) = (0, 0);
        if (key <= last)
        {
            // Row p sees key p − o of diagonal o.
            var verticals = (long)pair * LastRowSums.Kinds * (a.Keys + 1);
            var diagonals = verticals + a.Keys + 1;
            if (chosenBefore[diagonals + last - key + 1] > chosenBefore[diagonals + Math.Max(first - key, 0)]) inRange = 1;
            else if (chosenBefore[verticals + key + 1] > chosenBefore[verticals + key]) inColumn = 1;
        }

        var mark = ((long)pair * a.Groups + group) * a.MarkStride + key;
        (ranges[mark], columns[mark]) = ((byte)inRange, (byte)inColumn);
    }
}
