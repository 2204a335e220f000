namespace Kernels.Cli.Commands;

/// <summary>What every command that reads a model was told.</summary>
internal abstract record ModelSettings
{
    /// <summary>Folder of the model; null for the embedded one.</summary>
    public required string? Model { get; init; }

    /// <summary>Threads of the cpu device; 0 for the device's own choice.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether to print one JSON object and nothing else.</summary>
    public required bool Json { get; init; }
}
