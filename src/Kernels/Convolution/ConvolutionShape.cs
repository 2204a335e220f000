namespace Kernels;

/// <summary>The convolution a plan holds: one image, channels first.</summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Outputs">Output channels.</param>
/// <param name="Height">Rows of the input image; 1 where a linear layer has its batch as pixels.</param>
/// <param name="Width">Columns of the input image.</param>
public readonly record struct ConvolutionShape(int Inputs, int Outputs, int Height, int Width)
{
    /// <summary>Pixels of an input channel.</summary>
    public int Pixels => checked(Height * Width);
}
