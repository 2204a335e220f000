namespace Kernels.Catalog;

/// <summary>Attention over every key.</summary>
public static partial class DenseAttention
{
    /// <summary>Causal.</summary>
    [DenseAttention]
    public static partial AttentionFamily Causal { get; }

    /// <summary>Bidirectional.</summary>
    [DenseAttention(Causal = false)]
    public static partial AttentionFamily Full { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "dense", Description = "every key up to the query's own", Source = "arXiv 1706.03762",
        Phase = CatalogPhase.PrefillAndDecode, Kernels = Causal,
    };
}
