namespace Kernels.Catalog;

/// <summary>What a method is meant for.</summary>
public enum CatalogPhase
{
    /// <summary>Reading prompts with a causal model.</summary>
    Prefill,

    /// <summary>Generating tokens with a causal model.</summary>
    Decode,

    /// <summary>Both.</summary>
    PrefillAndDecode,

    /// <summary>Choosing, once a prompt was read, which of its keys are kept for generating tokens with a causal model.</summary>
    Compaction,

    /// <summary>Denoising steps of a bidirectional model.</summary>
    Diffusion,
}
