namespace Kernels.Catalog;

/// <summary>
/// A sliding window of 4096 keys, the query's own included: Mistral 7B (arXiv 2310.06825, §2). For prompts and generation, with models trained so.
/// </summary>
public static partial class SlidingWindow
{
    private const int Window = 4096;

    /// <summary>Causal.</summary>
    [MaskedAttention(Mask = nameof(IsInWindow))]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "sliding-window", Description = "the latest 4096 keys", Source = "arXiv 2310.06825",
        Phase = CatalogPhase.PrefillAndDecode, Needs = "a model trained with it", Kernels = Causal,
    };

    private static bool IsInWindow(int query, int key) => query - key < Window;
}
