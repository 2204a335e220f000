using System.ComponentModel;

namespace Kernels;

/// <summary>The images of one launch of a kernel that moves windows over channels.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct ImageArguments
{
    /// <summary>First pixel of the input, and elements from channel to channel.</summary>
    public long Input, InputStride;

    /// <summary>First pixel of the output, and elements from channel to channel.</summary>
    public long Output, OutputStride;

    /// <summary>Rows and columns of an input channel.</summary>
    public int Height, Width;

    /// <summary>Pixels of an output channel, and its columns.</summary>
    public int Pixels, OutputWidth;

    /// <summary>Describes the images of a launch.</summary>
    internal ImageArguments(in Tensor input, in Tensor output, int height, int width, ConvolutionWindow window)
    {
        (Input, InputStride, Output, OutputStride) = (input.Offset, input.Stride(0), output.Offset, output.Stride(0));
        (Height, Width, Pixels, OutputWidth) = (height, width, output[1], window.Count(width));
    }
}
