namespace Kernels.Compression;

/// <summary>
/// DSnoT, "dynamic sparse no training" (arXiv 2310.08915, §3): starts from another method's mask and swaps weights, row by row,
/// until what the row lost in expectation is small. Weights that stay are not changed.
/// </summary>
/// <remarks>
/// D_ij = W_ij·s_j, s_j the mean over sequences of Σ x_j; ε_i = Σ D_ij over dropped weights. While |ε_i| exceeds the limit, at most
/// <c>cycles</c> times: grow the dropped weight of largest sign(ε)·D_ij / var_j (the earlier of equal ones) and take its D off ε,
/// then drop the kept weight of smallest Wanda score whose D is of the other sign than ε was, and add its D. In N:M patterns the
/// weight that goes is the one of smallest Wanda score of the grown weight's group, and a swap that would turn the sign of ε ends
/// the row without it. A row also ends where no weight to grow or to drop is left. An input of variance zero counts with the
/// smallest positive variance of the layer.
/// </remarks>
/// <param name="start">Chooses the first mask; null for <see cref="WandaPruning"/>. Only its mask is used.</param>
/// <param name="cycles">Most swaps of a row.</param>
/// <param name="limit">|ε| at which a row is left alone.</param>
public sealed class DsnotPruning(PruningMethod? start = null, int cycles = 50, double limit = 0.1) : PruningMethod
{
    private readonly PruningMethod _start = start ?? new WandaPruning();

    /// <inheritdoc/>
    public override string Name => "dsnot";

    /// <inheritdoc/>
    public override CalibrationNeed Needs => _start.Needs == CalibrationNeed.Gram ? CalibrationNeed.Gram : CalibrationNeed.Moments;

    private protected override WeightMask PruneCore(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs)
    {
        var group = pattern switch
        {
            BlockPattern { Rows: 1, Columns: 1 } => 0,
            SemiStructuredPattern { Vector: 1 } semi => semi.Of,
            _ => throw new SparsityException(Name, $"pattern {pattern}", "rows are changed one by one", "Use unstructured@S or N:M, or another method."),
        };
        var keep = _start.Prune(weights.ToArray(), rows, columns, pattern, inputs).ToArray();
        var scores = WandaPruning.Scores(weights, rows, columns, inputs!);
        var changes = new double[columns];
        var variances = Variances(inputs!);
        for (var row = 0; row < rows; row++)
        {
            for (var j = 0; j < columns; j++) changes[j] = weights[row * columns + j] * inputs!.MeanSum(j);
            Swap(keep.AsSpan(row * columns, columns), scores.AsSpan(row * columns, columns), changes, variances, group);
        }

        return new WeightMask(rows, columns, keep);
    }

    private static double[] Variances(InputStatistics inputs)
    {
        var variances = new double[inputs.Columns];
        for (var j = 0; j < variances.Length; j++) variances[j] = inputs.Variance(j);
        var smallest = variances.Where(variance => variance > 0).DefaultIfEmpty(1).Min();
        return Array.ConvertAll(variances, variance => variance > 0 ? variance : smallest);
    }

    private void Swap(Span<bool> keep, ReadOnlySpan<double> scores, double[] changes, double[] variances, int group)
    {
        double error = 0;
        for (var j = 0; j < keep.Length; j++)
            if (!keep[j]) error += changes[j];
        for (var cycle = 0; cycle < cycles && Math.Abs(error) > limit; cycle++)
        {
            var sign = Math.Sign(error);
            var grown = -1;
            for (var j = 0; j < keep.Length; j++)
                if (!keep[j] && (grown < 0 || sign * changes[j] / variances[j] > sign * changes[grown] / variances[grown])) grown = j;
            if (grown < 0) return;
            var dropped = group == 0
                ? Smallest(keep, scores, 0, keep.Length, j => Math.Sign(changes[j]) == -sign)
                : Smallest(keep, scores, grown / group * group, group, _ => true);
            if (dropped < 0) return;
            var after = error - changes[grown] + changes[dropped];
            if (group != 0 && Math.Sign(after) == -sign) return;
            (keep[grown], keep[dropped], error) = (true, false, after);
        }
    }

    private static int Smallest(ReadOnlySpan<bool> keep, ReadOnlySpan<double> scores, int first, int count, Func<int, bool> allowed)
    {
        var smallest = -1;
        for (var j = first; j < first + count; j++)
            if (keep[j] && allowed(j) && (smallest < 0 || scores[j] < scores[smallest])) smallest = j;
        return smallest;
    }
}
