namespace Kernels.Scheduling;

/// <summary>The filters of a convolution: stored weights in groups, and a bias.</summary>
public sealed class ConvolutionFilters
{
    /// <summary>Describes the filters.</summary>
    /// <param name="name">Name in messages and explanations.</param>
    /// <param name="matrix">[outputs, inputs × taps] in groups of outputs.</param>
    /// <param name="bias">[outputs].</param>
    /// <exception cref="ArgumentException">The bias has another length.</exception>
    public ConvolutionFilters(string name, BlockMatrix matrix, ReadOnlyMemory<float> bias)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        if (bias.Length != matrix.Rows) throw new ArgumentException($"{name} has {matrix.Rows} outputs and {bias.Length} biases; one for each is needed.", nameof(bias));
        (Name, Matrix, Bias) = (name, matrix, bias);
    }

    /// <summary>Name in messages and explanations.</summary>
    public string Name { get; }

    /// <summary>[outputs, inputs × taps].</summary>
    public BlockMatrix Matrix { get; }

    /// <summary>[outputs].</summary>
    public ReadOnlyMemory<float> Bias { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Matrix}";
}
