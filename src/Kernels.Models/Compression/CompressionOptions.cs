using Kernels.Compression;

namespace Kernels.Models;

/// <summary>How a model is pruned.</summary>
public sealed record CompressionOptions
{
    /// <summary>The methods by name.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["magnitude", "global", "random", "wanda", "sparsegpt", "dsnot"];

    /// <summary>The masks that are allowed.</summary>
    public required SparsityPattern Pattern { get; init; }

    /// <summary>One of <see cref="Methods"/>. <c>random</c> spreads a free sparsity by <see cref="ErdosRenyi"/>.</summary>
    public required string Method { get; init; }

    /// <summary>Tokens to calibrate on; methods that look at inputs need them.</summary>
    public IReadOnlyList<int> Calibration { get; init; } = [];

    /// <summary>Tokens of a calibration sequence, at most the context; a shorter text is one sequence, a last part that is shorter is left out.</summary>
    public int SequenceLength { get; init; } = 2048;

    /// <summary>Most calibration sequences; their residual streams are held in memory.</summary>
    public int Sequences { get; init; } = 128;

    /// <summary>Seed of <c>random</c>.</summary>
    public int Seed { get; init; }

    /// <summary>What the method has to know about inputs.</summary>
    public CalibrationNeed Needs => Method switch
    {
        "wanda" or "dsnot" => CalibrationNeed.Moments,
        "sparsegpt" => CalibrationNeed.Gram,
        _ => CalibrationNeed.None,
    };
}
