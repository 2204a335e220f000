using System.Numerics;

namespace Kernels.Models;

/// <summary>
/// <c>sparse-24-bitmask</c> and <c>sparse-bitmask</c> of compressed-tensors: one bit a weight says whether its value is stored.
/// Values are [rows, columns / 2] in the first, one list with row offsets in the second.
/// </summary>
internal sealed class BitmaskTensor : DecodedTensor
{
    private BitmaskTensor(TensorParts parts, string dataType, int rows, int columns) : base(parts, dataType, rows, columns)
    {
    }

    /// <summary>Checks the shapes of the parts against each other.</summary>
    public static BitmaskTensor Of(TensorParts parts)
    {
        var (rows, columns) = parts.ReadShape("shape");
        parts.Require("bitmask", 2, "U8");
        parts.RequireShape("bitmask", rows, (columns + 7) / 8);
        if (parts.Has("row_offsets"))
        {
            parts.Require("row_offsets", 1, "I64", "I32");
            parts.RequireShape("row_offsets", rows);
            return new BitmaskTensor(parts, parts.Require("compressed", 1, "F32", "F16", "BF16").DataType, rows, columns);
        }

        if (columns % 4 != 0) throw parts.Refuse("shape", $"[{rows}, {columns}]", "2:4 needs a multiple of 4 columns");
        var type = parts.Require("compressed", 2, "F32", "F16", "BF16").DataType;
        parts.RequireShape("compressed", rows, columns / 2);
        return new BitmaskTensor(parts, type, rows, columns);
    }

    public override StoredForm Form => Parts.Has("row_offsets")
        ? new(WeightFormat.Groups, Entry.Type!.Value, GroupRows: 1)
        : new(WeightFormat.SemiStructured, Entry.Type!.Value);

    public override WeightMask ReadMask()
    {
        var bits = Parts.Read<byte>("bitmask");
        var values = Parts.Require("compressed", Parts.Has("row_offsets") ? 1 : 2, Entry.DataType).Shape;
        CheckCounts(bits, (int)values.Aggregate(1L, (count, length) => count * length));
        return WeightMask.FromBits(Rows, Columns, bits);
    }

    protected override void Decode(Span<byte> target)
    {
        var (bits, values) = (Parts.Read<byte>("bitmask"), Parts.Read<byte>("compressed"));
        CheckCounts(bits, values.Length / SizeOf(Entry));
        var size = SizeOf(Entry);
        var (rowBytes, next) = ((Columns + 7) / 8, 0);
        for (var row = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column++)
            {
                if ((bits[row * rowBytes + column / 8] >> (column % 8) & 1) == 0) continue;
                values.AsSpan(next, size).CopyTo(target[((row * Columns + column) * size)..]);
                next += size;
            }
    }

    private static int SizeOf(SafetensorsEntry entry) => SafetensorsHeader.BitsOf(entry.DataType) / 8;

    private void CheckCounts(byte[] bits, int values)
    {
        var rowBytes = (Columns + 7) / 8;
        var offsets = !Parts.Has("row_offsets") ? null
            : Parts.Require("row_offsets", 1, "I64", "I32").DataType == "I64" ? Parts.Read<long>("row_offsets")
            : Array.ConvertAll(Parts.Read<int>("row_offsets"), offset => (long)offset);
        long count = 0;
        for (var row = 0; row < Rows; row++)
        {
            if (offsets is not null && offsets[row] != count)
                throw Parts.Refuse("row_offsets", $"{offsets[row]} at row {row}", $"the bitmask keeps {count} weights before it");
            var mask = bits.AsSpan(row * rowBytes, rowBytes);
            if (Columns % 8 != 0 && mask[^1] >> (Columns % 8) != 0)
                throw Parts.Refuse("bitmask", $"0x{mask[^1]:X2} at the end of row {row}", $"bits beyond column {Columns - 1} are zero");
            foreach (var part in mask) count += BitOperations.PopCount(part);
            if (offsets is not null) continue;
            for (var group = 0; group < Columns / 4; group++)
                if (mask[group / 2] >> (group % 2 * 4) is var nibble && BitOperations.PopCount((uint)nibble & 0xF) != 2)
                    throw Parts.Refuse("bitmask", $"0x{nibble & 0xF:X} in row {row}, columns {4 * group} to {4 * group + 3}", "exactly two of four are kept");
        }

        if (count != values) throw Parts.Refuse("compressed", $"{values} values", $"the bitmask keeps {count}");
    }
}
