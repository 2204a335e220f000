namespace Kernels;

/// <summary>Which inputs groups of outputs use, counted before anything is allocated, and their values written where they belong.</summary>
internal sealed unsafe class GroupPacker
{
    private readonly WeightMask _mask;
    private readonly int _rows;

    /// <summary>Checks that the outputs of each group keep the same inputs.</summary>
    public GroupPacker(MatMulDeclaration declaration, Device device, HostMatrix source, int groupRows)
    {
        _rows = groupRows;
        _mask = source.Mask ?? (declaration.Of > 0
            ? LargestOfGroup.Mask(source, declaration.Kept, declaration.Of, groupRows)
            : throw new KernelException(
                declaration.Name, device.Name, "weights without a mask", "which groups are stored does not follow from their values", "Pass the mask, or a sparse matrix."));
        var bytes = (_mask.Columns + 7) / 8;
        for (var row = 0; row < _mask.Rows; row++)
        {
            var first = row - row % groupRows;
            if (!_mask.Bits.Slice(row * bytes, bytes).SequenceEqual(_mask.Bits.Slice(first * bytes, bytes)))
                throw new KernelException(
                    declaration.Name, device.Name, $"rows {first} and {row} that keep different inputs", $"{groupRows} outputs share the inputs they use",
                    "Choose the mask with this pattern, or declare smaller groups.");
            if (row == first) Count += _mask.KeptOf(row);
        }
    }

    /// <summary>Stored inputs of all groups.</summary>
    public int Count { get; }

    /// <summary>Writes offsets, columns, scales and values.</summary>
    public void Write(HostMatrix source, in GroupLayout layout, byte* target)
    {
        var offsets = (int*)target;
        var columns = (ushort*)(target + layout.Columns);
        var scales = (float*)(target + layout.Scales);
        var rows = new float[_rows * source.Columns];
        var stored = 0;
        fixed (float* values = rows)
            for (var group = 0; group < layout.Groups; group++)
            {
                Read(source, group * _rows, values);
                if (layout.ScaleInputs > 0) Scale(source, layout, group, values, scales + (long)group * layout.ScaleGroups * _rows);
                for (int column = 0, segment = 0; column < source.Columns; column++)
                {
                    for (; segment <= column / layout.SegmentInputs; segment++) offsets[group * layout.Segments + segment] = stored;
                    if (!_mask[group * _rows, column]) continue;
                    columns[stored] = (ushort)column;
                    for (var row = 0; row < _rows; row++)
                        Encode(values[row * source.Columns + column], layout.Type, target + layout.Values, (long)stored * _rows + row);
                    stored++;
                }
            }

        offsets[layout.Groups * layout.Segments] = stored;
    }

    private void Read(HostMatrix source, int first, float* values)
    {
        var size = source.Type.Size();
        fixed (byte* data = source.Data)
            for (var row = 0; row < _rows; row++)
            {
                var target = values + (long)row * source.Columns;
                if (!source.Transposed) FloatDecoder.Decode(data + (long)(first + row) * source.Columns * size, source.Type, target, source.Columns);
                else
                    for (var column = 0; column < source.Columns; column++)
                        FloatDecoder.Decode(data + ((long)column * source.Rows + first + row) * size, source.Type, target + column, 1);
            }
    }

    /// <summary>Takes the source's scales, or quantises by the largest magnitude that is kept.</summary>
    private void Scale(HostMatrix source, in GroupLayout layout, int group, float* values, float* scales)
    {
        for (var row = 0; row < _rows; row++)
            for (var i = 0; i < layout.ScaleGroups; i++)
            {
                ref var scale = ref scales[i * _rows + row];
                if (source.ScaleColumns > 0)
                {
                    scale = source.Scales[(group * _rows + row) * layout.ScaleGroups + i];
                    continue;
                }

                var (from, end) = (i * layout.ScaleInputs, Math.Min(source.Columns, (i + 1L) * layout.ScaleInputs));
                var own = values + (long)row * source.Columns;
                scale = 0;
                for (var column = from; column < end; column++)
                    if (_mask[group * _rows + row, column]) scale = Math.Max(scale, Math.Abs(own[column]));
                scale /= layout.Type.LargestCode();
                for (var column = from; column < end; column++)
                    own[column] = scale == 0 ? 0 : Math.Clamp(MathF.Round(own[column] / scale), -layout.Type.LargestCode(), layout.Type.LargestCode());
            }
    }

    private static void Encode(float value, ElementType type, byte* target, long index)
    {
        switch (type)
        {
            case ElementType.Float32: ((float*)target)[index] = value; break;
            case ElementType.BFloat16: ((ushort*)target)[index] = ElementTypes.ToBFloat16(value); break;
            case ElementType.Float16: ((ushort*)target)[index] = ElementTypes.ToFloat16(value); break;
            case ElementType.Int8: ((sbyte*)target)[index] = (sbyte)value; break;
            default:
                var shift = (int)(index % 2) * 4;
                target[index / 2] = (byte)(target[index / 2] & ~(0xF << shift) | ((int)value & 0xF) << shift);
                break;
        }
    }
}
