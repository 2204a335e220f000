namespace Kernels;

/// <summary>Declares a product with an N:M weight matrix: of every <see cref="Of"/> consecutive inputs of an output row,
/// <see cref="Kept"/> are stored.</summary>
/// <remarks>Only 2:4 is generated at present.</remarks>
public sealed class SemiStructuredMatMulAttribute : MatMulAttribute
{
    /// <summary>Stored weights of a group. Default 2.</summary>
    public int Kept { get; set; } = 2;

    /// <summary>Consecutive weights that form a group. Default 4.</summary>
    public int Of { get; set; } = 4;
}
