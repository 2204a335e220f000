namespace Kernels;

/// <summary>Writes a host matrix in the order of <see cref="TensorWeightLayout"/>.</summary>
/// <remarks>Of every four inputs of a 2:4 output the two largest magnitudes stay, the earlier on a tie; NaN counts as larger than any number.</remarks>
internal static unsafe class TensorWeightPacker
{
    private const int Side = TensorWeightLayout.FragmentSide, Step = TensorWeightLayout.StepInputs;

    /// <summary>Packs one tile into <paramref name="target"/>, <see cref="TensorWeightLayout.TileWords"/> words.</summary>
    public static void Pack(HostMatrix source, TensorWeightLayout layout, int tile, Span<uint> target)
    {
        var padded = layout.Steps * Step;
        var rows = new float[Side * padded];
        target.Clear();
        for (var fragment = 0; fragment < TensorWeightLayout.TileOutputs / Side; fragment++)
        {
            Decode(source, tile * TensorWeightLayout.TileOutputs + fragment * Side, rows, padded);
            for (var step = 0; step < layout.Steps; step++)
            {
                var words = target.Slice(step * (layout.ValueWords + layout.PositionWords), layout.ValueWords + layout.PositionWords);
                for (var row = 0; row < Side; row++)
                {
                    var inputs = rows.AsSpan(row * padded + step * Step, Step);
                    if (layout.Format == WeightFormat.Dense) Store(words, fragment, row, inputs, layout.Type);
                    else StoreLargest(words[..layout.ValueWords], words[layout.ValueWords..], fragment, row, inputs, layout.Type);
                }
            }
        }
    }

    /// <summary>Outputs [first, first + 16) as fp32, rows <paramref name="padded"/> apart; what the matrix lacks is zero.</summary>
    private static void Decode(HostMatrix source, int first, float[] rows, int padded)
    {
        Array.Clear(rows);
        var size = source.Type.Size();
        var count = Math.Min(Side, source.Rows - first);
        fixed (byte* data = source.Data)
        fixed (float* target = rows)
        {
            if (!source.Transposed)
            {
                for (var row = 0; row < count; row++)
                    FloatDecoder.Decode(data + (long)(first + row) * source.Columns * size, source.Type, target + row * padded, source.Columns);
                return;
            }

            var column = stackalloc float[Side];
            for (var input = 0; count > 0 && input < source.Columns; input++)
            {
                FloatDecoder.Decode(data + ((long)input * source.Rows + first) * size, source.Type, column, count);
                for (var row = 0; row < count; row++) target[row * padded + input] = column[row];
            }
        }
    }

    private static void Store(Span<uint> words, int fragment, int row, ReadOnlySpan<float> inputs, ElementType type)
    {
        for (var stored = 0; stored < inputs.Length; stored += 2)
            words[ValueWord(fragment, row, stored)] = Pair(inputs[stored], inputs[stored + 1], type);
    }

    private static void StoreLargest(Span<uint> values, Span<uint> positions, int fragment, int row, ReadOnlySpan<float> inputs, ElementType type)
    {
        var word = fragment / 2 * TensorWeightLayout.Lanes + row % 8 * 4 + fragment % 2 * 2;
        for (var group = 0; group < inputs.Length / 4; group++)
        {
            var (first, second) = Largest(inputs.Slice(4 * group, 4));
            values[ValueWord(fragment, row, 2 * group)] = Pair(inputs[4 * group + first], inputs[4 * group + second], type);
            positions[word + group / 4] |= (uint)(first | second << 2) << (row / 8 * 16 + group % 4 * 4);
        }
    }

    /// <summary>Positions of the two largest magnitudes of four, in order.</summary>
    private static (int First, int Second) Largest(ReadOnlySpan<float> four)
    {
        Span<uint> magnitudes = stackalloc uint[4];
        for (var i = 0; i < 4; i++) magnitudes[i] = BitConverter.SingleToUInt32Bits(four[i]) & 0x7FFFFFFF;
        var best = 0;
        for (var i = 1; i < 4; i++)
            if (magnitudes[i] > magnitudes[best]) best = i;
        var next = best == 0 ? 1 : 0;
        for (var i = next + 1; i < 4; i++)
            if (i != best && magnitudes[i] > magnitudes[next]) next = i;
        return (Math.Min(best, next), Math.Max(best, next));
    }

    // Slices of 16 stored inputs hold the tile's fragments one after another.
    private static int ValueWord(int fragment, int row, int stored)
    {
        var (slice, column) = (stored / Side, stored % Side);
        var lane = row % 8 * 4 + column % 8 / 2;
        var fragments = TensorWeightLayout.TileOutputs / Side;
        return ((slice * fragments + fragment) * TensorWeightLayout.Lanes + lane) * TensorWeightLayout.LaneWords + row / 8 + column / 8 * 2;
    }

    private static uint Pair(float low, float high, ElementType type) => type == ElementType.BFloat16
        ? ElementTypes.ToBFloat16(low) | (uint)ElementTypes.ToBFloat16(high) << 16
        : ElementTypes.ToFloat16(low) | (uint)ElementTypes.ToFloat16(high) << 16;
}
