using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary>What <see cref="SharedOptions"/> said.</summary>
internal sealed record SharedSettings
{
    /// <summary>Folder of the model; null for the embedded one.</summary>
    public required string? Model { get; init; }

    /// <summary>Name of the device, or <see cref="SharedOptions.AutomaticDevice"/>.</summary>
    public required string Device { get; init; }

    /// <summary>How to attend.</summary>
    public required AttentionMethod Attention { get; init; }

    /// <summary>How to store the projections.</summary>
    public required WeightMethod Weights { get; init; }

    /// <summary>Threads of the cpu device; 0 for the device's own choice.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether to print the plan.</summary>
    public required bool Explain { get; init; }

    /// <summary>Whether to print one JSON object and nothing else.</summary>
    public required bool Json { get; init; }
}
