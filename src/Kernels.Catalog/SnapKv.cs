namespace Kernels.Catalog;

/// <summary>
/// SnapKV (arXiv 2404.14469, §4): the last 32 queries of a prompt choose which 2048 keys, these 32 among them, each head keeps for generation; scores are
/// averaged over 5 neighbours. Needs no training.
/// </summary>
/// <remarks>
/// Variant: the query heads of a key head average their scores and share what is kept (the released code repeats keys instead). Select after the
/// prompt, copy what is kept into a <see cref="CompactedCache"/>, and generate with <see cref="ListedAttention.Full"/>.
/// </remarks>
public static partial class SnapKv
{
    /// <summary>Chooses what is kept.</summary>
    [ObservationWindowAttention(Capacity = 2048, Window = 32, Pooling = ScorePooling.Average, PoolWidth = 5, Reduction = GroupReduction.Mean)]
    public static partial AttentionFamily Selection { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "snapkv", Description = "the 2048 keys that the last 32 queries attend to most", Source = "arXiv 2404.14469",
        Phase = CatalogPhase.Compaction, Kernels = Selection,
    };
}
