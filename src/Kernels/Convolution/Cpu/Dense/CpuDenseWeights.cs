namespace Kernels;

/// <summary>Filters that keep every weight, as the tiles of <see cref="CpuDenseTiles"/> read them.</summary>
internal sealed unsafe class CpuDenseWeights : ConvolutionWeights
{
    private readonly CpuBuffer _buffer;

    /// <param name="device">Where they are held.</param>
    /// <param name="source">[outputs, inputs × taps], every group of it.</param>
    /// <param name="bias">[outputs], or empty for zeros.</param>
    /// <param name="tiles">What reads them.</param>
    public CpuDenseWeights(CpuDevice device, BlockMatrix source, ReadOnlySpan<float> bias, CpuDenseTiles tiles) : base(device, source)
    {
        var areWide = CpuDenseTiles.AreOutputsWide(Outputs, Columns);
        var cut = areWide ? new TileCut(Outputs, tiles.PanelWidth) : tiles.Cut(Outputs);
        var values = (long)cut.Length * Columns;
        _buffer = (CpuBuffer)device.Allocate(sizeof(float) * (values + cut.Length));
        Values = (float*)_buffer.Pointer;
        Bias = Values + values;
        bias.CopyTo(new Span<float>(Bias, Outputs));
        for (var tile = 0; tile < cut.Count; tile++)
            Fill(source, cut.First(tile), cut.Held(tile), cut.Rows(tile), Values + (long)cut.First(tile) * Columns);
    }

    /// <inheritdoc/>
    public override long ByteLength => _buffer.ByteLength;

    /// <summary>Tiles of [columns][tile rows], or panels of [columns][panel width] where outputs are wide; filled up with zeros.</summary>
    public float* Values { get; }

    /// <summary>One for each output, and zeros to the end of the last tile or panel.</summary>
    public float* Bias { get; }

    /// <inheritdoc/>
    public override void Dispose() => _buffer.Dispose();

    // A group's values of one column lie side by side.
    private void Fill(BlockMatrix source, int first, int count, int width, float* target)
    {
        for (var i = 0; i < count; i++)
        {
            var (group, lane) = Math.DivRem(first + i, GroupRows);
            for (var column = 0; column < Columns; column++)
                target[(long)column * width + i] = source.Values[(group * Columns + column) * GroupRows + lane];
        }
    }
}
