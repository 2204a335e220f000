namespace Kernels.Models;

/// <summary>The published ways of stretching rotary embeddings beyond the context they were trained with.</summary>
public enum RotaryScalingKind
{
    /// <summary>None.</summary>
    None,

    /// <summary>Position interpolation (arXiv 2306.15595): every frequency divided by the factor.</summary>
    Linear,

    /// <summary>Dynamic NTK: the base grows with the length once it passes the original context.</summary>
    Dynamic,

    /// <summary>YaRN (arXiv 2309.00071): per-frequency interpolation and an attention factor.</summary>
    Yarn,

    /// <summary>Llama 3.1: long wavelengths divided by the factor, short ones kept, a smooth ramp between.</summary>
    Llama3,
}
