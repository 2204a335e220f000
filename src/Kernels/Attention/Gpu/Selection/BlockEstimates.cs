using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Turns rows of scores into probabilities and sums them over each key block, averaged over the rows of a row group.</summary>
internal static class BlockEstimates
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    /// <summary>Launches the kernel.</summary>
    public delegate void Launcher(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> scores, ArrayView<byte> described, ArrayView<float> estimates, EstimateArguments arguments);

    /// <summary>The kernel; its grid is (row groups, pairs).</summary>
    public static GpuKernelSource Source(string declaration) =>
        new($"{declaration}: estimates of blocks", Estimate, Threads, sizeof(float) * Threads);

    /// <param name="scores">[pair, row, column]; rows and columns are squares of side <see cref="EstimateArguments.Stride"/>, or pools where that is 0.</param>
    /// <param name="described">[sequence and key head, block]: 0 for pools that take no part.</param>
    /// <param name="estimates">Result, [pair, row group, block]; −1 for blocks that a row group does not choose among.</param>
    /// <param name="a">The launch.</param>
    private static void Estimate(ArrayView<float> scores, ArrayView<byte> described, ArrayView<float> estimates, EstimateArguments a)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        var (thread, group, pair) = (Group.IdxX, Grid.IdxX, Grid.IdxY);
        var blocks = a.BlocksOf(a.FirstGroup + group, out _);
        var (from, to) = a.PositionsOf(a.FirstGroup + group);
        var pools = a.Stride == 0;
        var side = pools ? 1 : a.Stride;
        int first = pools ? a.FirstGroup + group : from / side, last = pools ? first : to / side;
        var wide = pools ? 1 : a.Block / side;
        var firstColumn = a.FirstBlock * wide;
        var descriptions = (long)((a.FirstPair + pair) / a.Group) * a.Blocks;
        var target = ((long)pair * a.Groups + group) * a.Blocks;
        for (var block = thread; block < a.Blocks; block += Threads) estimates[target + block] = block < blocks ? 0 : -1;
        for (var row = first; row <= last; row++)
        {
            var source = ((long)pair * a.ScoreRows + row - a.FirstScoreRow) * a.Columns;
            var visible = pools ? blocks : a.Causal != 0 && row + 1 < a.Columns ? row + 1 : a.Columns;
            var maximum = SoftmaxState.Floor;
            for (var column = firstColumn + thread; column < visible; column += Threads)
                if (a.HasDescriptions == 0 || described[descriptions + column] != 0) maximum = Math.Max(maximum, scores[source + column]);
            maximum = GroupSum.Largest(shared, maximum, Threads);
            float sum = 0;
            for (var column = firstColumn + thread; column < visible; column += Threads)
                if (a.HasDescriptions == 0 || described[descriptions + column] != 0) sum += SoftmaxState.Power(scores[source + column] - maximum);
            sum = GroupSum.Of(shared, sum, Threads);
            var factor = sum == 0 ? 0 : 1 / (sum * (last - first + 1));
            for (var block = a.FirstBlock + thread; block < blocks; block += Threads)
            {
                float share = 0;
                for (var column = block * wide; column < (block + 1) * wide && column < visible; column++)
                    if (a.HasDescriptions == 0 || described[descriptions + column] != 0) share += SoftmaxState.Power(scores[source + column] - maximum);
                estimates[target + block] += share * factor;
            }
        }
    }
}
