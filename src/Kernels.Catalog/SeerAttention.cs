namespace Kernels.Catalog;

/// <summary>
/// SeerAttention (arXiv 2410.13276, §3): a gate learned from the model's own attention chooses key blocks of 64. <see cref="Prefill"/> reads prompts with
/// blocks whose gate probability is at least 5·10⁻⁴; <see cref="Decode"/> is SeerAttention-R (arXiv 2506.08889, §2) and generates from 64 blocks, 4096 keys,
/// that all heads of a key head share. Each needs a gate of its own.
/// </summary>
/// <remarks>
/// Variant: the last two query blocks of a run read every key, as in the released code; in prompts the diagonal block is always visited, so that no row
/// is left without a key. In generation the current block is always visited, and a completed block's projected key is rotated by the block's first position, as in
/// training (the released code rotates it by the last).
/// </remarks>
public static partial class SeerAttention
{
    /// <summary>Reads prompts; causal.</summary>
    [SelectedAttention(Estimator = KeyEstimator.Gate, Block = 64, Threshold = 5e-4f, DenseGroups = 2, SinkBlocks = 0, LocalBlocks = 1)]
    public static partial AttentionFamily Prefill { get; }

    /// <summary>Generates; causal.</summary>
    [SelectedAttention(Estimator = KeyEstimator.GroupGate, Block = 64, TopK = 64, SinkBlocks = 0, LocalBlocks = 1)]
    public static partial AttentionFamily Decode { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists <see cref="Prefill"/>.</summary>
    public static CatalogEntry PrefillEntry { get; } = new()
    {
        Name = "seer", Description = "key blocks to which a learned gate gives 0.0005 or more", Source = "arXiv 2410.13276",
        Phase = CatalogPhase.Prefill, Needs = "a gate: distil one with kernels distill-gate", Kernels = Prefill,
    };

    /// <summary>As <see cref="AttentionCatalog"/> lists <see cref="Decode"/>.</summary>
    public static CatalogEntry DecodeEntry { get; } = new()
    {
        Name = "seer-r", Description = "the 64 key blocks of 64 that a learned gate, shared by the heads of a group, likes best", Source = "arXiv 2506.08889",
        Phase = CatalogPhase.Decode, Needs = "a gate: distil one with kernels distill-gate --for decode", Kernels = Decode,
    };
}
