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
    /// <param name="vectorBytes">Bytes of a vector of pixels, which indices are multiplied with beforehand.</param>
    public CpuConvolutionWeights(CpuDevice device, BlockMatrix source, ReadOnlySpan<float> bias, int tileRows, int vectorBytes) : base(device, source)
    {
        var (values, offsets, rows) = (Round(source.Values.Length), Round(source.Offsets.Length), Round(source.Blocks.Length + GroupsAhead));
        _buffer = (CpuBuffer)device.Allocate(4 * (values + offsets + rows + Round(Outputs)));
        Values = (float*)_buffer.Pointer;
        Offsets = (int*)(Values + values);
        Rows = Offsets + offsets;
        Bias = (float*)(Rows + rows);
        source.Offsets.CopyTo(new Span<int>(Offsets, source.Offsets.Length));
        bias.CopyTo(new Span<float>(Bias, Outputs));
        var target = Values;
        for (var block = 0; block + 1 < source.Offsets.Length; block++)
        {
            // Every other block goes through its inputs backwards, from those that the block before left in the first-level cache.
            var (first, count) = (source.Offsets[block], source.Offsets[block + 1] - source.Offsets[block]);
            var (from, step) = block % 2 == 0 ? (first, 1) : (first + count - 1, -1);
            for (var i = 0; i < count; i++) Rows[first + i] = source.Blocks[from + i * step] * vectorBytes;
            for (var row = 0; row < GroupRows; row += tileRows)
                for (var i = 0; i < count; i++, target += tileRows)
                    source.Values.Slice((from + i * step) * GroupRows + row, tileRows).CopyTo(new Span<float>(target, tileRows));
        }
    }

    /// <summary>Stored groups.</summary>
    public int Groups => Offsets[Outputs / GroupRows];

    /// <inheritdoc/>
    public override long ByteLength => _buffer.ByteLength;

    /// <summary>[blocks of outputs][tiles of a block][groups][rows of a tile] stored values.</summary>
    public float* Values { get; }

    /// <summary>Where the groups of each block of outputs begin.</summary>
    public int* Offsets { get; }

    /// <summary>For each group, the bytes from the first row of pixels to the one it multiplies, if each were one vector wide.</summary>
    public int* Rows { get; }

    /// <summary>One for each output.</summary>
    public float* Bias { get; }

    /// <inheritdoc/>
    public override void Dispose() => _buffer.Dispose();

    // Whole cache lines of 4-byte elements, and at least one.
    private static long Round(int length) => (length + 16L) / 16 * 16;
}
