using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>
/// <c>pack-quantized</c> of compressed-tensors: 4- or 8-bit integers packed along the columns of 32-bit words, low bits first and
/// offset by 2^(b−1); w = (q − zero point)·scale by row and group of columns. Decoded to fp32, the exact product.
/// </summary>
internal sealed class PackedTensor : DecodedTensor
{
    private readonly int _bits, _groups;
    private readonly string _scaleType;

    private PackedTensor(TensorParts parts, int rows, int columns, int bits, int groups, string scaleType) : base(parts, "F32", rows, columns)
    {
        (_bits, _groups, _scaleType) = (bits, groups, scaleType);
    }

    /// <summary>Checks the shapes of the parts against each other.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="bits">Bits of an integer, as config.json gives them: 4 or 8.</param>
    public static PackedTensor Of(TensorParts parts, int bits)
    {
        var (rows, columns) = parts.ReadShape("weight_shape");
        parts.Require("weight_packed", 2, "I32");
        parts.RequireShape("weight_packed", rows, (columns * (long)bits + 31) / 32);
        var scale = parts.Require("weight_scale", 2, "F32", "F16", "BF16");
        var groups = (int)Math.Min(scale.Shape[1], int.MaxValue);
        if (groups > columns || (columns % groups != 0 && !parts.Has("weight_g_idx")))
            throw parts.Refuse("weight_scale", $"[{string.Join(", ", scale.Shape)}]", $"its groups must divide the {columns} columns");
        parts.RequireShape("weight_scale", rows, groups);
        if (parts.Has("weight_g_idx"))
        {
            parts.Require("weight_g_idx", 1, "I32");
            parts.RequireShape("weight_g_idx", columns);
        }

        if (parts.Has("weight_zero_point"))
        {
            var packed = parts.Require("weight_zero_point", 2, "I32", "I8").DataType == "I32";
            parts.RequireShape("weight_zero_point", packed ? (rows * (long)bits + 31) / 32 : rows, groups);
        }

        return new PackedTensor(parts, rows, columns, bits, groups, scale.DataType);
    }

    // Zero points widen 4 bits to 5, which fit a byte, and 8 bits to 9, which do not; columns out of order do not share scales with their neighbours.
    public override StoredForm Form =>
        Parts.Has("weight_g_idx") || (_bits == 8 && Parts.Has("weight_zero_point")) ? base.Form
        : new(WeightFormat.Dense, _bits == 4 && !Parts.Has("weight_zero_point") ? ElementType.Int4 : ElementType.Int8);

    public override StoredIntegers? ReadIntegers()
    {
        if (!Form.Type.IsScaled()) return null;
        var (stored, zeros, groupSize) = (Unpack(), ZeroPoints(), Columns / _groups);
        var codes = new sbyte[stored.Length];
        for (var i = 0; i < codes.Length; i++) codes[i] = (sbyte)(stored[i] - zeros[i / Columns * _groups + i % Columns / groupSize]);
        return new StoredIntegers(codes, Scales(), groupSize);
    }

    protected override void Decode(Span<byte> target)
    {
        var values = MemoryMarshal.Cast<byte, float>(target);
        var stored = Unpack();
        var (zeros, groupOf, scales) = (ZeroPoints(), GroupOfColumns(), Scales());
        for (int row = 0, i = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column++, i++)
            {
                var group = row * _groups + groupOf[column];
                values[i] = (stored[i] - zeros[group]) * scales[group];
            }
    }

    private float[] Scales() => FloatStorage.Decode(Parts.Read<byte>("weight_scale"), Storage(_scaleType));

    // The integers with their offset, row-major.
    private byte[] Unpack()
    {
        var words = Parts.Read<uint>("weight_packed");
        var (perWord, mask, rowWords) = (32 / _bits, (1u << _bits) - 1, (Columns * _bits + 31) / 32);
        var stored = new byte[Rows * Columns];
        for (int row = 0, i = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column++, i++)
                stored[i] = (byte)(words[row * rowWords + column / perWord] >> (column % perWord * _bits) & mask);
        return stored;
    }

    private static ElementType Storage(string dataType) => dataType switch
    {
        "F32" => ElementType.Float32,
        "BF16" => ElementType.BFloat16,
        _ => ElementType.Float16,
    };

    // With the offset of the stored integers; zero points are packed along rows where they are packed.
    private int[] ZeroPoints()
    {
        var offset = 1 << (_bits - 1);
        var zeros = new int[Rows * _groups];
        if (!Parts.Has("weight_zero_point"))
        {
            Array.Fill(zeros, offset);
            return zeros;
        }

        if (Parts.Require("weight_zero_point", 2, "I32", "I8").DataType == "I8")
            return Array.ConvertAll(Parts.Read<sbyte>("weight_zero_point"), zero => zero + offset);
        var words = Parts.Read<uint>("weight_zero_point");
        var perWord = 32 / _bits;
        for (var i = 0; i < zeros.Length; i++)
        {
            var (row, group) = (i / _groups, i % _groups);
            zeros[i] = (int)(words[row / perWord * _groups + group] >> (row % perWord * _bits) & ((1u << _bits) - 1));
        }

        return zeros;
    }

    private int[] GroupOfColumns()
    {
        if (!Parts.Has("weight_g_idx")) return [.. Enumerable.Range(0, Columns).Select(column => column / (Columns / _groups))];
        var groups = Parts.Read<int>("weight_g_idx");
        if (Array.TrueForAll(groups, group => group == -1) && Columns % _groups == 0) // columns in their own order
            return [.. Enumerable.Range(0, Columns).Select(column => column / (Columns / _groups))];
        for (var column = 0; column < groups.Length; column++)
            if ((uint)groups[column] >= (uint)_groups)
                throw Parts.Refuse("weight_g_idx", $"{groups[column]} at column {column}", $"groups are 0 to {_groups - 1}");
        return groups;
    }
}
