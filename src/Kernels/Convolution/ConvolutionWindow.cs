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

    /// <summary>Whether windows fit an image, and if not, why.</summary>
    public Support Fits(int height, int width)
    {
        if (height < 1 || width < 1) return Support.No($"an image of {height} × {width} pixels has none");
        if ((long)(height + 2 * Padding) * (width + 2 * Padding) > int.MaxValue) return Support.No($"an image of {height} × {width} pixels has more than {int.MaxValue}");
        return Count(height) < 1 || Count(width) < 1
            ? Support.No($"a window of {Side} with {Padding} zeros around does not fit an image of {height} × {width}")
            : Support.Yes;
    }
}
