namespace Kernels.Catalog;

/// <summary>
/// Block-Sparse attention of MInference (arXiv 2407.02490, §3.1): mean queries and keys of blocks of 64, the 100 best key blocks of each query block.
/// Reads prompts; needs no training.
/// </summary>
/// <remarks>Variant: the first key block, the diagonal and the block before it are always among the 100.</remarks>
public static partial class BlockSparse
{
    /// <summary>Causal.</summary>
    [SelectedAttention(Estimator = KeyEstimator.Pooled, Block = 64, TopK = 100, SinkBlocks = 1, LocalBlocks = 2)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "block-sparse", Description = "the 100 key blocks whose mean keys score best", Source = "arXiv 2407.02490",
        Phase = CatalogPhase.Prefill, Kernels = Causal,
    };
}
