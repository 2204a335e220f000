namespace Kernels;

/// <summary>Declares a product with an N:M weight matrix: of every <see cref="Of"/> consecutive inputs of an output row,
/// <see cref="Kept"/> are stored.</summary>
/// <remarks>
/// On the processor groups of 4, 8, 16 and 32 permute activations by positions of as many bits as a group needs. 2:4 does so on GPUs too, or
/// spreads weights over their columns. Everything else is stored by rows, or vectors of them, with columns of 16 bits.
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
