namespace Kernels;

/// <summary>Weights and bias in the layout a convolution reads; shared by any number of plans.</summary>
public abstract class ConvolutionWeights : IDisposable
{
    private protected ConvolutionWeights(Device device, BlockMatrix source) =>
        (Device, Outputs, Columns, GroupRows) = (device, source.Rows, source.Columns, source.BlockRows);

    /// <summary>The device that holds the weights.</summary>
    public Device Device { get; }

    /// <summary>Output channels.</summary>
    public int Outputs { get; }

    /// <summary>Input channels × taps of the window.</summary>
    public int Columns { get; }

    /// <summary>Outputs that share the inputs they use.</summary>
    public int GroupRows { get; }

    /// <summary>Bytes held, indices included.</summary>
    public abstract long ByteLength { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
