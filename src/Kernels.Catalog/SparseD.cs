namespace Kernels.Catalog;

/// <summary>
/// SparseD (arXiv 2509.24014, §4) for diffusion language models: in one early denoising step the probabilities of each query block of 128 choose
/// ⌊0.3·n⌋ + 1 of n key blocks; later steps visit the same blocks. Needs no training.
/// </summary>
/// <remarks>
/// Variant: one scope (the paper's isolated selection chooses prompt and generation blocks apart). Plan <see cref="Selection"/>, ask the plan once for its
/// index, and run <see cref="Frozen"/> with that index.
/// </remarks>
public static partial class SparseD
{
    /// <summary>Selects; bidirectional.</summary>
    [SelectedAttention(Causal = false, Estimator = KeyEstimator.Probabilities, Block = 128, TopShare = 0.3f, SinkBlocks = 0, LocalBlocks = 0)]
    public static partial AttentionFamily Selection { get; }

    /// <summary>Visits what was selected; bidirectional.</summary>
    [IndexedAttention(Causal = false)]
    public static partial AttentionFamily Frozen { get; }
}
