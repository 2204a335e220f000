namespace Kernels.Compression;

/// <summary>Densities by layer that follow its sensitivity: layers with many outlying scores keep more (OWL, arXiv 2310.05175, §4).</summary>
public static class OutlierAllocation
{
    /// <summary>D: the share of a layer's scores above M times their mean.</summary>
    /// <param name="scores">Wanda scores of the layer.</param>
    /// <param name="multiple">M.</param>
    public static double OutlierShare(ReadOnlySpan<double> scores, double multiple = 5)
    {
        if (scores.IsEmpty) throw new SparsityException("outlier share", "no scores", "at least one is needed", "Pass the scores of a layer.");
        double sum = 0;
        foreach (var score in scores) sum += score;
        var (threshold, outliers) = (multiple * sum / scores.Length, 0L);
        foreach (var score in scores)
            if (score > threshold) outliers++;
        return (double)outliers / scores.Length;
    }

    /// <summary>D of a matrix: the share of its Wanda scores above M times their mean.</summary>
    /// <param name="weights">[rows, columns] row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="inputs">Its inputs.</param>
    public static double OutlierShare(ReadOnlySpan<float> weights, int rows, int columns, InputStatistics inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (weights.Length != (long)rows * columns || inputs.Columns != columns || inputs.Tokens == 0)
            throw new SparsityException("outlier share", $"{weights.Length} weights and statistics of {inputs.Columns} inputs", $"a [{rows}, {columns}] matrix and its inputs are needed", "Calibrate on a text first.");
        return OutlierShare(WandaPruning.Scores(weights, rows, columns, inputs));
    }

    /// <summary>Densities spread by ±<paramref name="spread"/> in the order of <paramref name="shares"/>, with the wanted density over all weights.</summary>
    /// <remarks>Shares are scaled to a range of 2·spread and shifted so that their mean, weighted by <paramref name="counts"/>, is the wanted density.</remarks>
    /// <param name="shares">D of each layer.</param>
    /// <param name="counts">Weights of each layer.</param>
    /// <param name="density">Share of all weights to keep.</param>
    /// <param name="spread">λ, such as 0.08.</param>
    /// <exception cref="SparsityException">Lengths differ, or a layer's density would leave 0 to 1.</exception>
    public static double[] Densities(IReadOnlyList<double> shares, IReadOnlyList<long> counts, double density, double spread = 0.08)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentNullException.ThrowIfNull(counts);
        if (shares.Count == 0 || shares.Count != counts.Count || counts.Any(count => count < 1))
            throw new SparsityException("outlier allocation", $"{shares.Count} shares and {counts.Count} counts", "one of each a layer, counts of at least 1, is needed", "Pass both for every layer.");
        var (least, most) = (shares.Min(), shares.Max());
        var scaled = shares.Select(share => most > least ? (share - least) / (most - least) * 2 * spread : 0).ToArray();
        var mean = scaled.Select((share, i) => share * counts[i]).Sum() / counts.Sum();
        var densities = scaled.Select(share => share - mean + density).ToArray();
        foreach (var layer in densities)
            if (layer is not (> 0 and <= 1))
                throw new SparsityException("outlier allocation", FormattableString.Invariant($"density {density} with spread {spread}"),
                    FormattableString.Invariant($"a layer would keep {layer:g3}"), "Lower the spread.");
        return densities;
    }
}
