namespace Kernels.Catalog;

/// <summary>
/// SparseD (arXiv 2509.24014, §4) for diffusion language models: denoising begins densely; the last dense step's probabilities choose, for each query block of
/// 128, ⌊0.3·n⌋ + 1 of n key blocks, among those of the prompt and those of the generation apart; later steps visit the same blocks. Needs no training.
/// </summary>
/// <remarks>
/// Variant: scopes begin with whole blocks, the one that holds the first generated key belonging to the generation; the last block's mean is over its own
/// keys. <see cref="SparseDLayers"/> goes through the steps.
/// </remarks>
public static partial class SparseD
{
    /// <summary>Selects; bidirectional.</summary>
    [SelectedAttention(Causal = false, Estimator = KeyEstimator.Probabilities, Block = 128, TopShare = 0.3f, SinkBlocks = 0, LocalBlocks = 0)]
    public static partial AttentionFamily Selection { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "sparsed", Description = "three tenths of the key blocks, chosen once and kept for later steps", Source = "arXiv 2509.24014",
        Phase = CatalogPhase.Diffusion, Needs = "a bidirectional model that denoises in steps", FitsCausalModels = false, Kernels = Selection,
    };
}
