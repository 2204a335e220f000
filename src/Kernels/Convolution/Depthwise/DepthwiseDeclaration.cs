namespace Kernels;

/// <summary>What an attribute declared, as the generator recorded it.</summary>
public sealed record DepthwiseDeclaration
{
    /// <summary>Type and property, such as <c>MyKernels.Spatial</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Hash of the declaration, for traces and tuning records.</summary>
    public required string Hash { get; init; }

    /// <summary>Side of the square window, and distance between windows, and zeros around the image.</summary>
    public required ConvolutionWindow Window { get; init; }

    /// <summary>Name of the epilogue method, or null.</summary>
    public string? Epilogue { get; init; }
}
