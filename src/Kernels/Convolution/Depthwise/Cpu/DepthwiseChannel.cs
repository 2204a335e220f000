using System.ComponentModel;

namespace Kernels;

/// <summary>A channel of a depthwise convolution on the processor: what generated code computes in one call.</summary>
/// <remarks>Vectors of pixels are read whole: some floats before and after the channel, and as many around the row of zeros and the mask.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public unsafe struct DepthwiseChannel
{
    /// <summary>First pixel of the channel, rows side by side.</summary>
    public float* Image;

    /// <summary>Rows of the channel.</summary>
    public int Height;

    /// <summary>Columns of the channel.</summary>
    public int Width;

    /// <summary>A row of zeros, for those beyond the image.</summary>
    public float* Zeros;

    /// <summary>A row of masks: all bits where the image has columns, none beyond.</summary>
    public float* Valid;

    /// <summary>[taps].</summary>
    public float* Weights;

    /// <summary>Added to every output.</summary>
    public float Bias;

    /// <summary>[rows, columns]; a vector longer where columns do not fill one.</summary>
    public float* Output;

    /// <summary>Rows of windows.</summary>
    public int Rows;

    /// <summary>Windows of a row.</summary>
    public int Columns;
}
