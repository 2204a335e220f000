using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary>What <c>kernels compress</c> was asked for.</summary>
internal sealed record PruningSettings : ModelSettings
{
    /// <summary>Pattern and method; texts are read from the files below.</summary>
    public required CompressionOptions Options { get; init; }

    /// <summary>Folder to make.</summary>
    public required string Output { get; init; }

    /// <summary>File of the calibration text, <c>-</c> for standard input; of a network of images a picture or a folder of them; null for none.</summary>
    public required string? Calibration { get; init; }

    /// <summary>File of the text to measure perplexity on, <c>-</c> for standard input; null for none.</summary>
    public required string? Text { get; init; }
}
