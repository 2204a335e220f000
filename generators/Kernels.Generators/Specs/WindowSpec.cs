namespace Kernels.Generators.Specs;

/// <summary>How a square window moves over an image.</summary>
/// <param name="Side">Pixels of a side.</param>
/// <param name="Stride">Pixels from one window to the next.</param>
/// <param name="Padding">Zeros around the image.</param>
internal sealed record WindowSpec(int Side, int Stride, int Padding)
{
    /// <summary>An expression that makes it at run time.</summary>
    public string Create => FormattableString.Invariant($"new global::Kernels.ConvolutionWindow({Side}, {Stride}, {Padding})");
}
