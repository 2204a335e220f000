namespace Kernels.Compression;

/// <summary>Averages models that were trained on from one mask; the average keeps the mask (sparse model soups, arXiv 2306.16788).</summary>
public static class SparseAverage
{
    /// <summary>The mean of <paramref name="models"/>, weight by weight.</summary>
    /// <param name="mask">The mask all of them share.</param>
    /// <param name="models">Matrices of the mask's shape, row-major; zero wherever the mask drops.</param>
    /// <returns>The mean, rounded once from fp64; zero wherever the mask drops.</returns>
    /// <exception cref="SparsityException">There is no model, one has another length, or one has a weight the mask drops.</exception>
    public static float[] Of(WeightMask mask, IReadOnlyList<ReadOnlyMemory<float>> models)
    {
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(models);
        if (models.Count == 0) throw new SparsityException("average", "no models", "at least one is needed", "Pass the models to average.");
        var keep = mask.ToArray();
        var sums = new double[keep.Length];
        for (var model = 0; model < models.Count; model++)
        {
            var weights = models[model].Span;
            if (weights.Length != keep.Length)
                throw new SparsityException("average", $"{weights.Length} weights in model {model}", $"the mask has {keep.Length}", "Pass matrices of the mask's shape.");
            for (var i = 0; i < keep.Length; i++)
            {
                if (!keep[i] && weights[i] != 0)
                    throw new SparsityException("average", $"{weights[i]} at [{i / mask.Columns}, {i % mask.Columns}] of model {model}", "the mask drops that weight",
                        "Average models pruned by one mask; averages of different masks are not sparse.");
                sums[i] += weights[i];
            }
        }

        return Array.ConvertAll(sums, sum => (float)(sum / models.Count));
    }
}
