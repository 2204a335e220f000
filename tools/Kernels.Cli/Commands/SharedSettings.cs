using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary>What <see cref="SharedOptions"/> said.</summary>
internal sealed record SharedSettings : ModelSettings
{
    /// <summary>Name of the device, or <see cref="SharedOptions.AutomaticDevice"/>.</summary>
    public required string Device { get; init; }

    /// <summary>How to attend.</summary>
    public required AttentionMethod Attention { get; init; }

    /// <summary>File of the gates it selects by; null for none.</summary>
    public required string? Gate { get; init; }

    /// <summary>How to store the projections.</summary>
    public required WeightMethod Weights { get; init; }

    /// <summary>Whether to print the plan.</summary>
    public required bool Explain { get; init; }
}
