namespace Kernels.Catalog;

/// <summary>
/// Quest (arXiv 2406.10774, §3.3): bounds of the scores from the least and greatest channels of pages of 16 keys choose 256 pages, 4096 keys, the
/// current page among them. Generates; needs no training.
/// </summary>
/// <remarks>
/// Variant: the query heads of a key head add their bounds and share their pages (the released code repeats keys instead); every layer is sparse (the
/// paper leaves the first two dense). With a <see cref="KeySummary"/> the bounds of a page are made once, else in each run.
/// </remarks>
public static partial class Quest
{
    /// <summary>Causal.</summary>
    [SelectedAttention(Estimator = KeyEstimator.Bounds, Block = 16, TopK = 256, SinkBlocks = 0, LocalBlocks = 1, Reduction = GroupReduction.Sum)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "quest", Description = "the 256 pages of 16 keys with the largest score bounds", Source = "arXiv 2406.10774",
        Phase = CatalogPhase.Decode, Kernels = Causal,
    };
}
