namespace Kernels.Compression;

/// <summary>
/// Wanda (arXiv 2306.11695, §3): score |W_ij|·√v_j, v_j the mean over sequences of Σ x_j²; scores compete within an output row
/// or an N:M group. Weights that stay are not changed.
/// </summary>
public sealed class WandaPruning : PruningMethod
{
    /// <inheritdoc/>
    public override string Name => "wanda";

    /// <inheritdoc/>
    public override CalibrationNeed Needs => CalibrationNeed.Moments;

    /// <summary>The score of every weight, [rows, columns].</summary>
    internal static double[] Scores(ReadOnlySpan<float> weights, int rows, int columns, InputStatistics inputs)
    {
        var norms = new double[columns];
        for (var j = 0; j < columns; j++) norms[j] = Math.Sqrt(inputs.MeanSquare(j));
        var scores = new double[weights.Length];
        for (int row = 0, i = 0; row < rows; row++)
            for (var j = 0; j < columns; j++, i++) scores[i] = Math.Abs(weights[i]) * norms[j];
        return scores;
    }

    private protected override WeightMask PruneCore(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs) =>
        pattern.Select(Scores(weights, rows, columns, inputs!), rows, columns, Comparison.WithinRow);
}
