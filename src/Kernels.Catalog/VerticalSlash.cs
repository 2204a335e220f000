namespace Kernels.Catalog;

/// <summary>
/// Vertical-Slash attention of MInference (arXiv 2407.02490, §3.1): the last 64 queries choose 1000 key columns, the first 30 among them, and 4096
/// diagonals, the nearest 100 among them. Reads prompts; needs no training.
/// </summary>
/// <remarks>Variant: one setting for every head, where the released code searches a setting for each head offline.</remarks>
public static partial class VerticalSlash
{
    /// <summary>Causal.</summary>
    [VerticalSlashAttention(Columns = 1000, Diagonals = 4096)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "vertical-slash", Description = "1000 key columns and 4096 diagonals chosen by the last queries", Source = "arXiv 2407.02490",
        Phase = CatalogPhase.Prefill, Kernels = Causal,
    };
}
