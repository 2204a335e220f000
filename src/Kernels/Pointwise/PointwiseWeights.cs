namespace Kernels;

/// <summary>Weights in the layout a pointwise kernel reads; shared by any number of plans.</summary>
public sealed unsafe class PointwiseWeights : IDisposable
{
    private readonly CpuBuffer _buffer;

    internal PointwiseWeights(CpuDevice device, BlockMatrix source)
    {
        Device = device;
        (Outputs, Inputs, GroupRows) = (source.Rows, source.Columns, source.BlockRows);
        var (values, offsets) = (Round(source.Values.Length), Round(source.Offsets.Length));
        _buffer = (CpuBuffer)device.Allocate(4 * (values + offsets + Round(source.Blocks.Length)));
        Values = (float*)_buffer.Pointer;
        Offsets = (int*)(Values + values);
        Columns = Offsets + offsets;
        source.Values.CopyTo(new Span<float>(Values, source.Values.Length));
        source.Offsets.CopyTo(new Span<int>(Offsets, source.Offsets.Length));
        source.Blocks.CopyTo(new Span<int>(Columns, source.Blocks.Length));
    }

    /// <summary>The device that holds the weights.</summary>
    public Device Device { get; }

    /// <summary>Output channels.</summary>
    public int Outputs { get; }

    /// <summary>Input channels.</summary>
    public int Inputs { get; }

    /// <summary>Outputs that share the inputs they use.</summary>
    public int GroupRows { get; }

    /// <summary>Bytes held, indices included.</summary>
    public long ByteLength => _buffer.ByteLength;

    /// <summary>[groups][group rows] stored values.</summary>
    internal float* Values { get; }

    /// <summary>Where the groups of each block of outputs begin.</summary>
    internal int* Offsets { get; }

    /// <summary>Input channel of each group.</summary>
    internal int* Columns { get; }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    // Whole cache lines of 4-byte elements, and at least one.
    private static long Round(int length) => (length + 16) / 16 * 16;
}
