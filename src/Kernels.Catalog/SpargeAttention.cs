namespace Kernels.Catalog;

/// <summary>
/// The selection of SpargeAttn (arXiv 2502.18137, §3.2): mean queries of 128 rows and mean keys of 64, visited until they hold 0.98 of the mass; keys or rows
/// with a mean cosine of at most 0.6 among themselves are not judged by their means. Reads prompts; needs no training.
/// </summary>
/// <remarks>Variant: one threshold for every head (the paper tunes them by head), fp32, and no skipping within a block.</remarks>
public static partial class SpargeAttention
{
    /// <summary>Causal.</summary>
    [SelectedAttention(
        Estimator = KeyEstimator.Pooled, Rows = 128, Block = 64, Mass = 0.98f, SelfSimilarity = 0.6f, SinkBlocks = 0, LocalBlocks = 2)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "sparge", Description = "key blocks that hold 0.98 of their means' mass, and those no mean describes", Source = "arXiv 2502.18137",
        Phase = CatalogPhase.Prefill, Kernels = Causal,
    };
}
