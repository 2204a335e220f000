namespace Kernels.Catalog;

/// <summary>
/// Ada-KV (arXiv 2407.11550, §4) over SnapKV's scores: a head keeps half of the capacity for itself, and as much of the other half as its scores are among
/// the best of its layer. The last 32 queries observe, maxima over 7 neighbours are compared, heads keep 1024 keys on average. Needs no training.
/// </summary>
/// <remarks>
/// Variant: the released code's convex mix with α = 0.5; the query heads of a key head take the largest of their scores and share what is kept. Used as
/// <see cref="SnapKv"/> is; heads keep unequally many keys.
/// </remarks>
public static partial class AdaSnapKv
{
    /// <summary>Chooses what is kept.</summary>
    [ObservationWindowAttention(
        Capacity = 1024, Window = 32, Pooling = ScorePooling.Maximum, PoolWidth = 7, OwnShare = 0.5f, Reduction = GroupReduction.Max)]
    public static partial AttentionFamily Selection { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "ada-snapkv", Description = "1024 keys a head on average, more where the last 32 queries attend more evenly", Source = "arXiv 2407.11550",
        Phase = CatalogPhase.Compaction, Kernels = Selection,
    };
}
