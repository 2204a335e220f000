namespace Kernels;

/// <summary>
/// Declares a <see cref="ConvolutionKernel"/>, or a <see cref="ConvolutionFamily"/> of them, with fine-grained groups: <see cref="GroupRows"/> neighbouring output channels share the
/// weights' places they use (1×N of arXiv 2105.14713). Groups of one are unstructured weights; a full mask is a dense convolution.
/// </summary>
/// <remarks>Weights broadcast against vectors of pixels, as in "Fast Sparse ConvNets" (arXiv 1911.09723, §3).</remarks>
public sealed class GroupConvolutionAttribute : KernelAttribute
{
    /// <summary>Outputs of a group: 1, 2, 4, 8 or 16. Default 4. A family has a kernel for each of these, and is declared without.</summary>
    public int GroupRows { get; set; } = 4;

    /// <summary>Side of the square window, 1 to 7. Default 1: a pointwise convolution.</summary>
    public int Window { get; set; } = 1;

    /// <summary>Pixels from one window to the next, both ways: 1 or 2. Default 1.</summary>
    public int Stride { get; set; } = 1;

    /// <summary>Zeros around the image, fewer than <see cref="Window"/>. Default 0.</summary>
    public int Padding { get; set; }

    /// <summary>Name of a static method of the same class, <c>float (float x)</c>, applied to every output after bias and residual; none by default.</summary>
    public string? Epilogue { get; set; }
}
