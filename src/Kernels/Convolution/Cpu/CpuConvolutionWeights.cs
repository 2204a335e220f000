namespace Kernels;

/// <summary>Filters in groups of outputs as the processor streams them.</summary>
internal sealed unsafe class CpuConvolutionWeights : ConvolutionWeights
{
    // Generated code looks so many groups ahead, beyond the last one too.
    private const int GroupsAhead = 8;

    private readonly CpuBuffer _buffer;

    /// <param name="device">Where they are held.</param>
    /// <param name="source">[outputs, inputs × taps] in groups.</param>
    /// <param name="bias">[outputs], or empty for zeros.</param>
    /// <param name="tileRows">Outputs of a register tile, which divide a group's.</param>
    /// <param name="pitchBytes">Bytes of a row of a panel, which indices are multiplied with beforehand.</param>
    public CpuConvolutionWeights(CpuDevice device, BlockMatrix source, ReadOnlySpan<float> bias, int tileRows, int pitchBytes) : base(device, source)
    {
        var (values, offsets, rows) = (Round(source.Values.Length), Round(source.Offsets.Length), Round(source.Blocks.Length + GroupsAhead));
        _buffer = (CpuBuffer)device.Allocate(4 * (values + offsets + rows + Round(Outputs)));
        Values = (float*)_buffer.Pointer;
        Offsets = (int*)(Values + values);
        Rows = Offsets + offsets;
        Bias = (float*)(Rows + rows);
        source.Offsets.CopyTo(new Span<int>(Offsets, source.Offsets.Length));
        for (var i = 0; i < source.Blocks.Length; i++) Rows[i] = source.Blocks[i] * pitchBytes;
        bias.CopyTo(new Span<float>(Bias, Outputs));
        var target = Values;
        for (var block = 0; block + 1 < source.Offsets.Length; block++)
            for (var row = 0; row < GroupRows; row += tileRows)
                for (var i = source.Offsets[block]; i < source.Offsets[block + 1]; i++, target += tileRows)
                    source.Values.Slice(i * GroupRows + row, tileRows).CopyTo(new Span<float>(target, tileRows));
    }

    /// <inheritdoc/>
    public override long ByteLength => _buffer.ByteLength;

    /// <summary>[blocks of outputs][tiles of a block][groups][rows of a tile] stored values.</summary>
    public float* Values { get; }

    /// <summary>Where the groups of each block of outputs begin.</summary>
    public int* Offsets { get; }

    /// <summary>For each group, the bytes from the first row of a panel to the row it multiplies.</summary>
    public int* Rows { get; }

    /// <summary>One for each output.</summary>
    public float* Bias { get; }

    /// <inheritdoc/>
    public override void Dispose() => _buffer.Dispose();

    // Whole cache lines of 4-byte elements, and at least one.
    private static long Round(int length) => (length + 16L) / 16 * 16;
}
