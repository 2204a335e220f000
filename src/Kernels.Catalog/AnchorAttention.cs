namespace Kernels.Catalog;

/// <summary>
/// AnchorAttention (arXiv 2505.23520, the exact cover) with the paper's parameters: blocks of 128, 16 query blocks sharing a
/// selection, θ = 12. Reads prompts; needs no training.
/// </summary>
public static partial class AnchorAttention
{
    /// <summary>Causal.</summary>
    [AnchorAttention]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "anchor", Description = "the initial keys, a local window and the columns near an anchor", Source = "arXiv 2505.23520",
        Phase = CatalogPhase.Prefill, Kernels = Causal,
    };
}
