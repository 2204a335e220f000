using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Probabilities of the last rows of a run, summed along key columns and along diagonals.</summary>
internal static class LastRowSums
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 128;

    /// <summary>Sums of a pair: of columns, then of diagonals.</summary>
    public const int Kinds = 2;

    /// <summary>Launches the kernel that makes probabilities.</summary>
    public delegate void Normaliser(AcceleratorStream stream, KernelConfig grid, ArrayView<float> scores, EstimateArguments arguments);

    /// <summary>Launches the kernel that sums them.</summary>
    public delegate void Summer(
        AcceleratorStream stream, KernelConfig grid, ArrayView<float> probabilities, ArrayView<float> sums, EstimateArguments arguments);

    /// <summary>The kernel that makes probabilities of scores; its grid is (rows, pairs).</summary>
    public static GpuKernelSource OfProbabilities(string declaration) =>
        new($"{declaration}: probabilities of the last rows", Normalise, Threads, sizeof(float) * Threads);

    /// <summary>The kernel that sums; its grid is (tiles of <see cref="Threads"/> lines, <see cref="Kinds"/>, pairs).</summary>
    public static GpuKernelSource OfSums(string declaration) => new($"{declaration}: sums of columns and diagonals", Sum, Threads, 0);

    /// <param name="scores">[pair, row, key], replaced for the keys each row sees.</param>
    /// <param name="a">The launch.</param>
    private static void Normalise(ArrayView<float> scores, EstimateArguments a)
    {
        var shared = SharedMemory.Allocate<float>(Threads);
        var (thread, row, pair) = (Group.IdxX, Grid.IdxX, Grid.IdxY);
        var source = ((long)pair * a.ScoreRows + row) * a.Columns;
        var visible = a.FirstScoreRow + row + 1;
        var maximum = SoftmaxState.Floor;
        for (var key = thread; key < visible; key += Threads) maximum = Math.Max(maximum, scores[source + key]);
        maximum = GroupSum.Largest(shared, maximum, Threads);
        float sum = 0;
        for (var key = thread; key < visible; key += Threads)
        {
            var power = SoftmaxState.Power(scores[source + key] - maximum);
            scores[source + key] = power;
            sum += power;
        }

        var factor = SoftmaxState.Normaliser(GroupSum.Of(shared, sum, Threads));
        for (var key = thread; key < visible; key += Threads) scores[source + key] *= factor;
    }

    /// <param name="probabilities">[pair, row, key].</param>
    /// <param name="sums">Result, [pair, kind, line]: a line is a key, or the distance of a key before its query.</param>
    /// <param name="a">The launch.</param>
    private static void Sum(ArrayView<float> probabilities, ArrayView<float> sums, EstimateArguments a)
    {
        int line = Grid.IdxX * Threads + Group.IdxX, kind = Grid.IdxY, pair = Grid.IdxZ;
        if (line >= a.Keys) return;
        float sum = 0;
        for (var row = 0; row < a.ScoreRows; row++)
        {
            var position = a.FirstScoreRow + row;
            var key = kind == 0 ? line : position - line;
            if (key >= 0 && key <= position) sum += probabilities[((long)pair * a.ScoreRows + row) * a.Columns + key];
        }

        sums[((long)pair * Kinds + kind) * a.Keys + line] = sum;
    }
}
