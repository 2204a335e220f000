namespace Kernels;

/// <summary>How a square window moves over an image.</summary>
/// <param name="Side">Pixels of a side of the window.</param>
/// <param name="Stride">Pixels from one window to the next, both ways.</param>
/// <param name="Padding">Zeros around the image.</param>
public readonly record struct ConvolutionWindow(int Side, int Stride, int Padding)
{
    /// <summary>Weights of one input channel.</summary>
    public int Taps => Side * Side;

    /// <summary>Windows along an axis of <paramref name="length"/> pixels; 0 where not one fits.</summary>
    public int Count(int length)
    {
        var room = length + 2L * Padding - Side;
        return room < 0 ? 0 : (int)(room / Stride + 1);
    }
}
