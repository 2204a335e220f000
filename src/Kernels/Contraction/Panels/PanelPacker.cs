namespace Kernels;

/// <summary>Packs a host matrix into weight panels, a few neighbouring panels a task.</summary>
/// <remarks>One pack at a time; packing allocates nothing on the heap.</remarks>
internal sealed unsafe class PanelPacker(PanelLayout layout, int outputs) : ParallelBody
{
    // Inputs staged at once: a multiple of every run; the staged block of the widest panel (16 KB) stays in L1.
    private const int Block = 128;

    // Panels of a task: neighbours share the cache lines and pages of a transposed source.
    private const int Group = 4;

    private byte* _source, _panels;
    private float* _scales;
    private ElementType _type;
    private bool _transposed;
    private WeightMask? _mask;

    /// <summary>Packs an [outputs, inputs] matrix, whose integers, if it has any, share scales as the layout's do.</summary>
    public void Pack(WorkerTeam workers, HostMatrix source, byte* panels)
    {
        fixed (byte* data = source.Data)
        fixed (float* scales = source.Scales)
        {
            _source = data;
            _scales = scales;
            _panels = panels;
            (_type, _transposed, _mask) = (source.Type, source.Transposed, source.Mask);
            workers.Run((layout.Panels(outputs) + Group - 1) / Group, this);
        }
    }

    /// <inheritdoc/>
    public override void Invoke(int task, int worker)
    {
        var staged = stackalloc float[Block * layout.Width];
        var scores = stackalloc float[HasScores ? Block * layout.Width : 0];
        var end = Math.Min((task + 1) * Group, layout.Panels(outputs));
        for (int column = 0, columns; column < layout.Inputs; column += columns)
        {
            columns = ColumnsAt(column);
            for (var panel = task * Group; panel < end; panel++)
                PackBlock(panel, column, columns, staged, HasScores ? scores : staged);
        }
    }

    // What decides which weights stay is not what is stored where a mask does, or where rounding could make magnitudes tie.
    private bool HasScores => !layout.IsDense && (_mask is not null || IsQuantized);

    private bool IsQuantized => layout.ScaleInputs > 0 && _scales == null;

    /// <summary>Inputs that are staged together from <paramref name="column"/> on: they share their scales.</summary>
    private int ColumnsAt(int column)
    {
        var most = Math.Min(Block, layout.Inputs - column);
        return layout.ScaleInputs == 0 ? most : Math.Min(most, layout.ScaleInputs - column % layout.ScaleInputs);
    }

    private void PackBlock(int panel, int column, int columns, float* staged, float* scores)
    {
        var step = column / layout.ColumnsPerStep;
        var start = _panels + panel * layout.PanelBytes;
        var target = start + layout.Offset(step);
        if (layout is { IsDense: true, Type: ElementType.Float32 })
        {
            Stage(panel, column, columns, (float*)target, scores);
            return;
        }

        if (layout.ScaleInputs > 0)
        {
            var scales = (float*)(start + layout.ScaleOffset(step));
            if (column % layout.ScaleInputs == 0) WriteScales(panel, column, staged, scores, scales);
            Stage(panel, column, columns, staged, scores);
            if (IsQuantized) PanelQuantizer.Quantize(staged, columns, layout.Width, scales, layout.Type);
        }
        else
        {
            Stage(panel, column, columns, staged, scores);
        }

        if (layout.IsDense) PanelEncoder.Encode(staged, target, layout.Type, layout.Width, columns);
        else SemiStructuredPacker.Pack(staged, scores, target, layout, columns / layout.ColumnsPerStep);
    }

    /// <summary>The scales of the inputs from <paramref name="column"/> on: the source's own, or those its largest magnitudes call for.</summary>
    private void WriteScales(int panel, int column, float* staged, float* scores, float* scales)
    {
        new Span<float>(scales, layout.Width).Clear();
        var first = panel * layout.Width;
        if (_scales != null)
        {
            var across = (layout.Inputs + layout.ScaleInputs - 1) / layout.ScaleInputs;
            for (var lane = 0; lane < Math.Min(layout.Width, outputs - first); lane++)
                scales[lane] = _scales[(long)(first + lane) * across + column / layout.ScaleInputs];
            return;
        }

        var end = Math.Min(layout.Inputs, column + (long)layout.ScaleInputs);
        for (int from = column, columns; from < end; from += columns)
        {
            columns = ColumnsAt(from);
            Stage(panel, from, columns, staged, scores);
            PanelQuantizer.Widen(staged, columns, layout.Width, scales);
        }

        for (var lane = 0; lane < layout.Width; lane++) scales[lane] /= layout.Type.LargestCode();
    }

    /// <summary>Writes inputs [column, column + columns) of the panel's outputs as fp32 [columns][width], padded with zeros; dropped ones are zero too.</summary>
    private void Stage(int panel, int column, int columns, float* target, float* scores)
    {
        var first = panel * layout.Width;
        var count = Math.Min(layout.Width, outputs - first);
        Stage(first, count, column, columns, target);
        if (_mask is null)
        {
            if (HasScores) new ReadOnlySpan<float>(target, columns * layout.Width).CopyTo(new Span<float>(scores, columns * layout.Width));
            return;
        }

        for (var k = 0; k < columns; k++)
            for (var lane = 0; lane < layout.Width; lane++)
            {
                var kept = lane < count && _mask[first + lane, column + k];
                if (HasScores) scores[k * layout.Width + lane] = kept ? 1 : 0;
                if (!kept) target[k * layout.Width + lane] = 0;
            }
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
