namespace Kernels.Cli.Commands;

/// <summary>What <c>kernels run</c> was asked for.</summary>
internal sealed record RunSettings
{
    /// <summary>Model, device and methods.</summary>
    public required SharedSettings Shared { get; init; }

    /// <summary>What is read.</summary>
    public required PromptSettings Prompt { get; init; }

    /// <summary>Most tokens to generate.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>0 takes the most likely token; above 0 the logits are divided by it.</summary>
    public required float Temperature { get; init; }

    /// <summary>Probability mass sampling is restricted to, in (0, 1].</summary>
    public required float TopP { get; init; }

    /// <summary>Seed of the sampler.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Whether to run dense beside.</summary>
    public required bool Compare { get; init; }

    /// <summary>Where the logits of the last prompt position go; null for nowhere.</summary>
    public required string? Logits { get; init; }
}
