namespace Kernels;

/// <summary>Declares a product with an N:M weight matrix: of every <see cref="Of"/> consecutive inputs of an output row,
/// <see cref="Kept"/> are stored.</summary>
/// <remarks>
/// 2:4 permutes activations inside registers, or spreads weights over their columns; other patterns are stored by rows with their columns.
/// </remarks>
public sealed class SemiStructuredMatMulAttribute : MatMulAttribute
{
    /// <summary>Stored weights of a group. Default 2.</summary>
    public int Kept { get; set; } = 2;

    /// <summary>Consecutive weights that form a group, at most 32. Default 4.</summary>
    public int Of { get; set; } = 4;

    /// <summary>Neighbouring outputs that store the same inputs (vector-wise N:M): 1, 2, 4, 8 or 16. Default 1.</summary>
    public int Vector { get; set; } = 1;
}
