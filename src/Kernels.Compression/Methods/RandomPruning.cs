namespace Kernels.Compression;

/// <summary>Keeps weights (groups, blocks) drawn uniformly: the baseline every other method must beat.</summary>
/// <remarks>The same seed and layers in the same order give the same masks. Densities by layer: <see cref="ErdosRenyi"/>.</remarks>
/// <param name="seed">Seed of the draws.</param>
public sealed class RandomPruning(int seed) : PruningMethod
{
    private readonly Random _random = new(seed);

    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override CalibrationNeed Needs => CalibrationNeed.None;

    private protected override WeightMask PruneCore(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs)
    {
        var scores = new double[weights.Length];
        for (var i = 0; i < scores.Length; i++) scores[i] = _random.NextDouble();
        return pattern.Select(scores, rows, columns, Comparison.WithinLayer);
    }
}
