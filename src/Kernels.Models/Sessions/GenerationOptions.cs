namespace Kernels.Models;

/// <summary>How a continuation is generated.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to generate.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>How each token is chosen.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Tokens that end the continuation (not returned); null takes the model's own.</summary>
    public IReadOnlyCollection<int>? StopTokens { get; init; }
}
