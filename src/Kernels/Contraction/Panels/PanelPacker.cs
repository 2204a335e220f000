namespace Kernels;

/// <summary>Packs a host matrix into weight panels, a few neighbouring panels a task.</summary>
/// <remarks>One pack at a time; packing allocates nothing on the heap.</remarks>
internal sealed unsafe class PanelPacker(PanelLayout layout, int outputs) : ParallelBody
{
    // Inputs staged at once: a multiple of a run of 2:4 groups; the staged block of the widest panel (16 KB) stays in L1.
    private const int Block = 128;

    // Panels of a task: neighbours share the cache lines and pages of a transposed source.
    private const int Group = 4;

    private byte* _source, _panels;
    private ElementType _type;
    private bool _transposed;

    /// <summary>Packs the [outputs, inputs] matrix at <paramref name="source"/> (its transpose, if so said) into <paramref name="panels"/>.</summary>
    public void Pack(WorkerTeam workers, byte* source, ElementType type, bool transposed, byte* panels)
    {
        _source = source;
        _panels = panels;
        (_type, _transposed) = (type, transposed);
        workers.Run((layout.Panels(outputs) + Group - 1) / Group, this);
    }

    /// <inheritdoc/>
    public override void Invoke(int task, int worker)
    {
        var staged = stackalloc float[Block * layout.Width];
        var end = Math.Min((task + 1) * Group, layout.Panels(outputs));
        for (var column = 0; column < layout.Inputs; column += Block)
            for (var panel = task * Group; panel < end; panel++)
                PackBlock(panel, column, staged);
    }

    private void PackBlock(int panel, int column, float* staged)
    {
        var first = panel * layout.Width;
        var count = Math.Min(layout.Width, outputs - first);
        var columns = Math.Min(Block, layout.Inputs - column);
        var target = _panels + panel * layout.PanelBytes + layout.Offset(column / layout.ColumnsPerStep);
        if (layout is { Format: WeightFormat.Dense, Type: ElementType.Float32 })
        {
            Stage(first, count, column, columns, (float*)target);
            return;
        }

        Stage(first, count, column, columns, staged);
        if (layout.Format == WeightFormat.Dense) PanelEncoder.Encode(staged, target, layout.Type, layout.Width, columns);
        else SemiStructuredPacker.Pack(staged, target, layout, columns / layout.ColumnsPerStep);
    }

    /// <summary>Writes inputs [column, column + columns) of the panel's outputs as fp32 [columns][width], padded with zeros.</summary>
    private void Stage(int first, int count, int column, int columns, float* target)
    {
        var size = _type.Size();
        if (_transposed)
        {
            for (var k = 0; k < columns; k++, target += layout.Width)
            {
                FloatDecoder.Decode(_source + ((long)(column + k) * outputs + first) * size, _type, target, count);
                new Span<float>(target + count, layout.Width - count).Clear();
            }

            return;
        }

        if (count < layout.Width) new Span<float>(target, columns * layout.Width).Clear();
        var source = _source + ((long)first * layout.Inputs + column) * size;
        if (_type == ElementType.Float32)
        {
            Transposition.Transpose((float*)source, layout.Inputs, count, columns, target, layout.Width);
            return;
        }

        const int rows = 4;
        var decoded = stackalloc float[rows * Block];
        for (var row = 0; row < count; row += rows)
        {
            var taken = Math.Min(rows, count - row);
            for (var i = 0; i < taken; i++)
                FloatDecoder.Decode(source + (long)(row + i) * layout.Inputs * size, _type, decoded + i * Block, columns);
            Transposition.Transpose(decoded, Block, taken, columns, target + row, layout.Width);
        }
    }
}
