namespace Kernels.Compression;

/// <summary>Keeps the largest magnitudes of each layer; of blocks those of largest Σ|w|.</summary>
/// <remarks>Unstructured: |w| ≤ τ is dropped, τ = sorted |W| at ⌊count·sparsity⌋ (the baseline of arXiv 2301.00774 and 2306.11695).</remarks>
public sealed class MagnitudePruning : PruningMethod
{
    /// <inheritdoc/>
    public override string Name => "magnitude";

    /// <inheritdoc/>
    public override CalibrationNeed Needs => CalibrationNeed.None;

    private protected override WeightMask PruneCore(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs)
    {
        var scores = new double[weights.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = Math.Abs(weights[i]);
        return pattern.Select(scores, rows, columns, Comparison.WithinLayer);
    }
}
