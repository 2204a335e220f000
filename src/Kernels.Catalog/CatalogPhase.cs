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

    /// <summary>Denoising steps of a bidirectional model.</summary>
    Diffusion,
}
