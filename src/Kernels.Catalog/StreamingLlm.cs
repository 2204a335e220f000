namespace Kernels.Catalog;

/// <summary>
/// StreamingLLM (arXiv 2309.17453, §3.2), the "A-shape": 4 sink keys and the 1020 latest, the query's own included. For prompts and generation; needs
/// no training.
/// </summary>
/// <remarks>Variant: positions are those of the text, not those within the cache.</remarks>
public static partial class StreamingLlm
{
    private const int Sinks = 4, Window = 1020;

    /// <summary>Causal.</summary>
    [MaskedAttention(Mask = nameof(IsSinkOrRecent))]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "streaming-llm", Description = "4 sink keys and the latest 1020", Source = "arXiv 2309.17453",
        Phase = CatalogPhase.PrefillAndDecode, Kernels = Causal,
    };

    private static bool IsSinkOrRecent(int query, int key) => key < Sinks || query - key < Window;
}
