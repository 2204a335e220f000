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

    private static bool IsInWindow(int query, int key) => query - key < Window;
}
