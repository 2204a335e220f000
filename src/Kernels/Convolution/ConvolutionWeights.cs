namespace Kernels;

/// <summary>Weights and bias in the layout a convolution reads; shared by any number of plans.</summary>
public sealed unsafe class ConvolutionWeights : IDisposable
{
    private readonly CpuBuffer _buffer;

    /// <param name="device">Where they are held.</param>
    /// <param name="source">[outputs, inputs × taps] in groups.</param>
    /// <param name="bias">[outputs], or empty for zeros.</param>
    /// <param name="tileRows">Outputs of a register tile, which divide a group's.</param>
    /// <param name="pitchBytes">Bytes of a row of a panel, which indices are multiplied with beforehand.</param>
    internal ConvolutionWeights(CpuDevice device, BlockMatrix source, ReadOnlySpan<float> bias, int tileRows, int pitchBytes)
    {
        Device = device;
        (Outputs, Columns, GroupRows) = (source.Rows, source.Columns, source.BlockRows);
        var (values, offsets) = (Round(source.Values.Length), Round(source.Offsets.Length));
        _buffer = (CpuBuffer)device.Allocate(4 * (values + offsets + Round(source.Blocks.Length) + Round(Outputs)));
        Values = (float*)_buffer.Pointer;
        Offsets = (int*)(Values + values);
        Rows = Offsets + offsets;
        Bias = (float*)(Rows + Round(source.Blocks.Length));
        source.Offsets.CopyTo(new Span<int>(Offsets, source.Offsets.Length));
        for (var i = 0; i < source.Blocks.Length; i++) Rows[i] = source.Blocks[i] * pitchBytes;
        bias.CopyTo(new Span<float>(Bias, Outputs));
        var target = Values;
        for (var block = 0; block + 1 < source.Offsets.Length; block++)
            for (var row = 0; row < GroupRows; row += tileRows)
                for (var i = source.Offsets[block]; i < source.Offsets[block + 1]; i++, target += tileRows)
                    source.Values.Slice(i * GroupRows + row, tileRows).CopyTo(new Span<float>(target, tileRows));
    }

    /// <summary>The device that holds the weights.</summary>
    public Device Device { get; }

    /// <summary>Output channels.</summary>
    public int Outputs { get; }

    /// <summary>Input channels × taps of the window.</summary>
    public int Columns { get; }

    /// <summary>Outputs that share the inputs they use.</summary>
    public int GroupRows { get; }

    /// <summary>Bytes held, indices included.</summary>
    public long ByteLength => _buffer.ByteLength;

    /// <summary>[blocks of outputs][tiles of a block][groups][rows of a tile] stored values.</summary>
    internal float* Values { get; }

    /// <summary>Where the groups of each block of outputs begin.</summary>
    internal int* Offsets { get; }

    /// <summary>For each group, the bytes from the first row of a panel to the row it multiplies.</summary>
    internal int* Rows { get; }

    /// <summary>One for each output.</summary>
    internal float* Bias { get; }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    // Whole cache lines of 4-byte elements, and at least one.
    private static long Round(int length) => (length + 16L) / 16 * 16;
}
