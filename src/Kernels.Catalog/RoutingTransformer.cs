namespace Kernels.Catalog;

/// <summary>
/// Routing Transformer (arXiv 2003.05997, §4.1): each centroid of a head gathers its nearest 128 queries and 128 keys, which attend among themselves. Made for
/// models trained with it; <see cref="RoutingCentroids"/> learns centroids by the paper's update.
/// </summary>
/// <remarks>
/// Variant: queries and keys are routed separately, the query heads of a key head share its centroids, no memory keys, and an exact mean over a
/// query's clusters (the released code adds 10⁻⁵ to their number). The paper gives half of the heads a local window instead.
/// </remarks>
public static partial class RoutingTransformer
{
    /// <summary>Causal by position; which tokens meet is not.</summary>
    [RoutedAttention(Cluster = 128)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "routing", Description = "within clusters of the 128 queries and keys nearest to a centroid", Source = "arXiv 2003.05997",
        Phase = CatalogPhase.Prefill, Needs = "centroids, which kernels run learns from the prompt; a model trained with it", Kernels = Causal,
    };
}
