using Kernels.Compression;

namespace Kernels.Cli.Commands;

/// <summary>What <c>kernels compress</c> was asked for.</summary>
internal sealed record PruningSettings
{
    /// <summary>Folder of the model; null for the embedded one.</summary>
    public required string? Model { get; init; }

    /// <summary>The masks that are allowed.</summary>
    public required SparsityPattern Pattern { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Folder to make.</summary>
    public required string Output { get; init; }

    /// <summary>File of the calibration text, <c>-</c> for standard input; null for none.</summary>
    public required string? Calibration { get; init; }

    /// <summary>Tokens of a calibration sequence.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>Most calibration sequences.</summary>
    public required int Sequences { get; init; }

    /// <summary>Seed of random masks.</summary>
    public required int Seed { get; init; }

    /// <summary>Threads of the cpu device; 0 for the device's own choice.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether to print one JSON object and nothing else.</summary>
    public required bool Json { get; init; }
}
