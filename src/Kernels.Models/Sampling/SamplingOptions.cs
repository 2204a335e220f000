namespace Kernels.Models;

/// <summary>How the next token is chosen from the logits.</summary>
public sealed record SamplingOptions
{
    /// <summary>The likeliest token every time.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Divides the logits before the softmax; 0 (the default) takes the likeliest token.</summary>
    public double Temperature { get; init; }

    /// <summary>Nucleus sampling (arXiv 1904.09751): only the likeliest tokens whose probabilities reach this sum; above 0, up to 1.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Seed of the generator; the same seed gives the same choices.</summary>
    public ulong Seed { get; init; }
}
