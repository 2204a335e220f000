namespace Kernels.Compression;

/// <summary>Chooses which weights of a layer stay, and may change those that do.</summary>
public abstract class PruningMethod
{
    /// <summary>Name on command lines.</summary>
    public abstract string Name { get; }

    /// <summary>What it has to know about the layer's inputs.</summary>
    public abstract CalibrationNeed Needs { get; }

    /// <summary>Prunes a layer in place.</summary>
    /// <param name="weights">[rows, columns] row-major; afterwards dropped weights are zero.</param>
    /// <param name="rows">Outputs of the layer.</param>
    /// <param name="columns">Inputs of the layer.</param>
    /// <param name="pattern">The masks that are allowed.</param>
    /// <param name="inputs">What is known of the inputs; may be null for methods that need nothing.</param>
    /// <returns>The weights that stay, zeros among them included.</returns>
    /// <exception cref="SparsityException">
    /// The pattern does not divide the matrix or does not suit the method, a weight is not finite, or statistics are missing; the
    /// weights are unchanged.
    /// </exception>
    public WeightMask Prune(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs = null)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        pattern.Require(rows, columns);
        if (weights.Length != (long)rows * columns)
            throw new SparsityException(Name, $"{weights.Length} weights", $"a [{rows}, {columns}] matrix has {(long)rows * columns}", "Pass the whole matrix.");
        for (var i = 0; i < weights.Length; i++)
            if (!float.IsFinite(weights[i]))
                throw new SparsityException(Name, $"{weights[i]} at [{i / columns}, {i % columns}]", "weights are finite", "Correct the model.");
        RequireStatistics(columns, inputs);
        var mask = PruneCore(weights, rows, columns, pattern, inputs);
        mask.Apply(weights);
        return mask;
    }

    /// <summary>Prunes with checked arguments; the caller sets dropped weights to zero.</summary>
    private protected abstract WeightMask PruneCore(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs);

    private void RequireStatistics(int columns, InputStatistics? inputs)
    {
        if (Needs == CalibrationNeed.None) return;
        if (inputs is null || inputs.Tokens == 0)
            throw new SparsityException(Name, "no inputs", "the method weighs weights by their inputs", "Calibrate on a text first.");
        if (inputs.Columns != columns)
            throw new SparsityException(Name, $"statistics of {inputs.Columns} inputs", $"the layer has {columns}", "Pass the statistics of this layer.");
        if (Needs == CalibrationNeed.Gram && !inputs.HasGram)
            throw new SparsityException(Name, "statistics without XXᵀ", "the method needs it", "Make the statistics with it.");
    }
}
