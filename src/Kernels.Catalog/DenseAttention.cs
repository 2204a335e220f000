namespace Kernels.Catalog;

/// <summary>Causal dense attention for the head dimensions of published models.</summary>
public static partial class DenseAttention
{
    /// <summary>Head dimension 64.</summary>
    [DenseAttention(HeadDim = 64)]
    public static partial AttentionKernel Causal64 { get; }
}
