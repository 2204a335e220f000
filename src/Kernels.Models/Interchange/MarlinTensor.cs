using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>
/// <c>marlin-24</c> of compressed-tensors: 2:4 weights of 4 or 8 bits, the stored half transposed and permuted by tiles of 16 × 16
/// for one kernel's registers, with a 2-bit index for every stored value. Decoded to fp32: (q − 2^(b−1))·scale.
/// </summary>
/// <remarks>
/// With k inputs and n outputs: <c>weight_packed</c> I32 [k / 32, n·b / 2], <c>scale_packed</c> F16 [groups, n], <c>meta</c> I16
/// [k / 32, 2n]. Sources: reference layouts of the format's own compressor and of the Marlin kernels (arXiv 2408.11743, §4).
/// </remarks>
internal sealed class MarlinTensor : DecodedTensor
{
    private const int Tile = 16, Permuted = 1024;

    private readonly int _bits, _groups;

    private MarlinTensor(TensorParts parts, int rows, int columns, int bits, int groups) : base(parts, "F32", rows, columns) =>
        (_bits, _groups) = (bits, groups);

    /// <summary>Checks the shapes of the parts against each other.</summary>
    public static MarlinTensor Of(TensorParts parts)
    {
        var (meta, packed) = (parts.Require("meta", 2, "I16"), parts.Require("weight_packed", 2, "I32"));
        var scale = parts.Require("scale_packed", 2, "F16");
        var (columns, rows) = (meta.Shape[0] * 32, meta.Shape[1] / 2);
        if (columns % 128 != 0 || rows % 256 != 0 || rows < 1 || meta.Shape[1] % 2 != 0 || rows * columns > int.MaxValue)
            throw parts.Refuse("meta", $"[{string.Join(", ", meta.Shape)}]", "it stands for k inputs and n outputs as [k / 32, 2n], k a multiple of 128, n of 256");
        var bits = packed.Shape[1] == rows * 2 ? 4 : packed.Shape[1] == rows * 4 ? 8 : 0;
        if (bits == 0 || packed.Shape[0] != columns / 32)
            throw parts.Refuse("weight_packed", $"[{string.Join(", ", packed.Shape)}]", $"[{columns / 32}, {rows * 2}] or [{columns / 32}, {rows * 4}] follows from meta");
        var groups = scale.Shape[0];
        if (scale.Shape[1] != rows || (groups != 1 && groups * 128 != columns))
            throw parts.Refuse("scale_packed", $"[{string.Join(", ", scale.Shape)}]", $"[1, {rows}] or [{columns / 128}, {rows}] follows from meta");
        return new MarlinTensor(parts, (int)rows, (int)columns, bits, (int)groups);
    }

    public override StoredForm Form => new(WeightFormat.SemiStructured, _bits == 4 ? ElementType.Int4 : ElementType.Int8);

    public override WeightMask ReadMask()
    {
        var (indices, keep) = (Indices(), new bool[Rows * Columns]);
        for (var i = 0; i < indices.Length; i++) keep[i / 2 * 4 + indices[i]] = true;
        return new WeightMask(Rows, Columns, keep);
    }

    public override StoredIntegers ReadIntegers()
    {
        var (stored, scales, indices) = (StoredValues(), Scales(), Indices());
        var (half, codes, byRow) = (Columns / 2, new sbyte[Rows * Columns], new float[scales.Length]);
        for (var row = 0; row < Rows; row++)
        {
            for (var i = 0; i < half; i++) codes[row * Columns + i / 2 * 4 + indices[row * half + i]] = (sbyte)(stored[i * Rows + row] - (1 << (_bits - 1)));
            for (var group = 0; group < _groups; group++) byRow[row * _groups + group] = scales[group * Rows + row];
        }

        return new StoredIntegers(codes, byRow, Columns / _groups);
    }

    protected override void Decode(Span<byte> target) => ReadIntegers().Values(Columns).CopyTo(MemoryMarshal.Cast<byte, float>(target));

    // [k / 2, n]: unpacks the words, then undoes the permutation of every 1024 values of a row of tiles.
    private int[] StoredValues()
    {
        var words = Parts.Read<uint>("weight_packed");
        var (perWord, mask) = (32 / _bits, (1u << _bits) - 1);
        var permutation = TilePermutation();
        var values = new int[Columns / 2 * Rows];
        for (var i = 0; i < values.Length; i++)
        {
            var value = (int)(words[i / perWord] >> (i % perWord * _bits) & mask);
            var (tileRow, position) = (i / (Rows * Tile), i % (Rows * Tile));
            var source = position / Permuted * Permuted + permutation[position % Permuted];
            var (tile, within) = (source / (Tile * Tile), source % (Tile * Tile));
            values[(tileRow * Tile + within / Tile) * Rows + tile * Tile + within % Tile] = value;
        }

        return values;
    }

    private int[] TilePermutation()
    {
        int[] interleave = _bits == 4 ? [0, 2, 4, 6, 1, 3, 5, 7] : [0, 2, 1, 3];
        var straight = new int[Permuted];
        var next = 0;
        for (var lane = 0; lane < 32; lane++)
            for (var j = 0; j < 4; j++)
                for (var block = 0; block < 2; block++)
                    foreach (var row in (ReadOnlySpan<int>)[2 * (lane % 4), 2 * (lane % 4) + 1, 2 * (lane % 4) + 8, 2 * (lane % 4) + 9])
                        straight[next++] = 16 * row + lane / 8 * 256 + 8 * (lane / 4 % 2) + 4 * block + j;
        var permutation = new int[Permuted];
        for (var i = 0; i < Permuted; i++) permutation[i] = straight[i / interleave.Length * interleave.Length + interleave[i % interleave.Length]];
        return permutation;
    }

    // Group scales are permuted within every 64 outputs, channel scales are not.
    private float[] Scales()
    {
        var stored = FloatStorage.Decode(Parts.Read<byte>("scale_packed"), ElementType.Float16);
        if (_groups == 1) return stored;
        ReadOnlySpan<int> order = [0, 4, 1, 5, 2, 6, 3, 7];
        var scales = new float[stored.Length];
        for (var i = 0; i < stored.Length; i++) scales[i / 64 * 64 + i % 64 / 8 * 8 + order[i % 8]] = stored[i];
        return scales;
    }

    // [n, k / 2]: position within four of every stored value.
    private byte[] Indices()
    {
        var meta = Parts.Read<ushort>("meta");
        var (words, indices) = (Columns / 16, new byte[Rows * (Columns / 2)]);
        for (var m = 0; m < Rows; m++)
            for (var c = 0; c < words; c++)
            {
                var row = m / 64 * 64 + m % 2 * 2 + m % 8 / 4 + m % 4 / 2 * 32 + m % 64 / 8 * 4;
                var column = c;
                if (row % 2 == 0 && c % 2 == 1) (row, column) = (row + 1, c - 1);
                else if (row % 2 == 1 && c % 2 == 0) (row, column) = (row - 1, c + 1);
                var word = meta[column / 2 * Rows * 2 + row * 2 + column % 2];
                for (var group = 0; group < 4; group++)
                {
                    var nibble = word >> (4 * group) & 0xF;
                    var (first, second) = (nibble & 3, nibble >> 2);
                    if (first >= second)
                        throw Parts.Refuse("meta", $"0x{nibble:X} for output {m}, inputs {16 * c + 4 * group} to {16 * c + 4 * group + 3}", "legal pairs are 4, 8, 9, C, D, E");
                    var at = m * (Columns / 2) + 8 * c + 2 * group;
                    (indices[at], indices[at + 1]) = ((byte)first, (byte)second);
                }
            }

        return indices;
    }
}
