namespace Kernels.Catalog;

/// <summary>
/// XAttention (arXiv 2503.16428, §2): antidiagonal sums with stride 16 estimate blocks of 128, which are visited until they hold 0.9 of the mass.
/// Reads prompts; needs no training.
/// </summary>
/// <remarks>
/// Variant: the first key block is visited by every query block (the released code's sink option marks the first query block instead).
/// </remarks>
public static partial class XAttention
{
    /// <summary>Causal.</summary>
    [SelectedAttention(Estimator = KeyEstimator.Antidiagonal, Block = 128, Stride = 16, Mass = 0.9f, SinkBlocks = 1, LocalBlocks = 1)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "xattention", Description = "key blocks that hold 0.9 of the antidiagonal mass", Source = "arXiv 2503.16428",
        Phase = CatalogPhase.Prefill, Kernels = Causal,
    };
}
