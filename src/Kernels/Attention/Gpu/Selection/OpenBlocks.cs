using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Gives the block that a single row has not yet filled a score of 0: a gate shared by heads knows whole blocks only.</summary>
internal static class OpenBlocks
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 64;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher(AcceleratorStream stream, KernelConfig grid, ArrayView<float> scores, EstimateArguments arguments);

    /// <summary>The kernel; its grid is (tiles of <see cref="Threads"/> rows, pairs).</summary>
    public static GpuKernelSource Source(string declaration) => new($"{declaration}: scores of open blocks", Clear, Threads, 0);

    /// <param name="scores">[pair, row, block].</param>
    /// <param name="a">The launch; a row group is a row.</param>
    private static void Clear(ArrayView<float> scores, EstimateArguments a)
    {
        var (row, pair) = (Grid.IdxX * Threads + Group.IdxX, Grid.IdxY);
        if (row >= a.Groups) return;
        var position = a.FirstGroup + row;
        var block = position / a.Block;
        if ((block + 1) * a.Block != position + 1) scores[((long)pair * a.Groups + row) * a.Blocks + block] = 0;
    }
}
