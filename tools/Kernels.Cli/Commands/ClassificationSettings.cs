using Kernels.Compression;
using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary>What <c>kernels classify</c> was asked for.</summary>
internal sealed record ClassificationSettings
{
    /// <summary>Folder, safetensors or ONNX file of the network.</summary>
    public required string Model { get; init; }

    /// <summary>The picture.</summary>
    public required string Image { get; init; }

    /// <summary>Groups to drop; null to run dense.</summary>
    public required SparsityPattern? Pattern { get; init; }

    /// <summary>File with the name of a class on each line; null for numbers.</summary>
    public required string? Labels { get; init; }

    /// <summary>How pixels are normalised; null as the network is known to read them.</summary>
    public required ImageNormalization? Pixels { get; init; }

    /// <summary>Name of the device, or <see cref="SharedOptions.AutomaticDevice"/>.</summary>
    public required string Device { get; init; }

    /// <summary>Threads of the cpu device; 0 for the device's own choice.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether to print one JSON object and nothing else.</summary>
    public required bool Json { get; init; }
}
