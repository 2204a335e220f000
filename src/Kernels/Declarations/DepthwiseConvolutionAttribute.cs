namespace Kernels;

/// <summary>Declares a <see cref="DepthwiseKernel"/>: every channel is convolved with a window of its own (arXiv 1704.04861, §3.1).</summary>
public sealed class DepthwiseConvolutionAttribute : KernelAttribute
{
    /// <summary>Side of the square window, 1 to 7. Default 3.</summary>
    public int Window { get; set; } = 3;

    /// <summary>Pixels from one window to the next, both ways: 1 or 2. Default 1.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>Zeros around the image, fewer than <see cref="Window"/>. Default 1.</summary>
    public int Padding { get; set; } = 1;

    /// <summary>Name of a static method of the same class, <c>float (float x)</c>, applied to every output after the bias; none by default.</summary>
    public string? Epilogue { get; set; }
}
