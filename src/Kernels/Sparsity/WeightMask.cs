using System.Numerics;

namespace Kernels;

/// <summary>Which weights of a matrix are stored; a value of its own, because a stored weight may be zero.</summary>
/// <remarks>Immutable. Rows are outputs of the layer, columns its inputs. Two masks are equal if they keep the same weights.</remarks>
public sealed class WeightMask : IEquatable<WeightMask>
{
    // Row-major, every row padded to whole bytes with zero bits; bit i of a byte is column 8b + i.
    private readonly byte[] _bits;

    private WeightMask(int rows, int columns, byte[] bits)
    {
        Rows = rows;
        Columns = columns;
        _bits = bits;
        Kept = CountBits(bits);
    }

    /// <summary>Wraps one Boolean a weight.</summary>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="columns">Columns, at least 1.</param>
    /// <param name="keep">rows × columns values, row-major; true keeps the weight.</param>
    /// <exception cref="SparsityException">The span has another length.</exception>
    public WeightMask(int rows, int columns, ReadOnlySpan<bool> keep) : this(rows, columns, Pack(rows, columns, keep))
    {
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Weights that are kept.</summary>
    public long Kept { get; }

    /// <summary>Share of weights that are kept, 0 to 1.</summary>
    public double Density => (double)Kept / ((long)Rows * Columns);

    /// <summary>The mask as bytes: ⌈columns / 8⌉ a row, bit i of byte b is column 8b + i, spare bits zero.</summary>
    public ReadOnlySpan<byte> Bits => _bits;

    /// <summary>Whether a weight is kept.</summary>
    public bool this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns, nameof(column));
            return (_bits[(long)row * RowBytes(Columns) + column / 8] >> (column % 8) & 1) != 0;
        }
    }

    /// <summary>A mask that keeps every weight.</summary>
    public static WeightMask Full(int rows, int columns)
    {
        var keep = new bool[checked(rows * columns)];
        keep.AsSpan().Fill(true);
        return new WeightMask(rows, columns, keep);
    }

    /// <summary>Reads a mask stored as <see cref="Bits"/>.</summary>
    /// <exception cref="SparsityException">The span has another length, or a spare bit is set.</exception>
    public static WeightMask FromBits(int rows, int columns, ReadOnlySpan<byte> bits)
    {
        RequireShape(rows, columns);
        if (bits.Length != (long)rows * RowBytes(columns))
            throw new SparsityException(
                $"mask [{rows}, {columns}]", $"{bits.Length} bytes", $"{rows} rows of {RowBytes(columns)} bytes are needed", "Pass the bits of a mask of this shape.");
        if (columns % 8 != 0)
            for (var row = 0; row < rows; row++)
                if (bits[(row + 1) * RowBytes(columns) - 1] >> (columns % 8) is var spare and not 0)
                    throw new SparsityException(
                        $"mask [{rows}, {columns}], row {row}", $"spare bits 0x{spare:X}", "bits beyond the last column must be zero", "Write the mask again.");
        return new WeightMask(rows, columns, bits.ToArray());
    }

    /// <summary>Weights kept in one row.</summary>
    public int KeptOf(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return (int)CountBits(_bits.AsSpan(row * RowBytes(Columns), RowBytes(Columns)));
    }

    /// <summary>Sets every dropped weight to zero.</summary>
    /// <param name="weights">rows × columns values, row-major.</param>
    /// <exception cref="SparsityException">The span has another length.</exception>
    public void Apply(Span<float> weights)
    {
        RequireLength(weights.Length);
        for (int row = 0, i = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column++, i++)
                if (!this[row, column]) weights[i] = 0;
    }

    /// <summary>One Boolean a weight, row-major.</summary>
    public bool[] ToArray()
    {
        var keep = new bool[checked(Rows * Columns)];
        for (int row = 0, i = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column++, i++) keep[i] = this[row, column];
        return keep;
    }

    /// <inheritdoc/>
    public bool Equals(WeightMask? other) =>
        other is not null && Rows == other.Rows && Columns == other.Columns && _bits.AsSpan().SequenceEqual(other._bits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WeightMask);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Rows);
        hash.Add(Columns);
        hash.AddBytes(_bits);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"mask [{Rows}, {Columns}] keeping {Kept} ({Density:p1})");

    /// <summary>The first group of <paramref name="of"/> consecutive columns that does not keep exactly <paramref name="kept"/>; null where all do.</summary>
    internal (int Row, int Column, int Count)? FirstOutside(int kept, int of)
    {
        for (var row = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column += of)
            {
                var count = 0;
                for (var i = column; i < Math.Min(column + of, Columns); i++)
                    if (this[row, i]) count++;
                if (count != kept) return (row, column, count);
            }

        return null;
    }

    /// <summary>Refuses a buffer that is not as long as the mask.</summary>
    internal void RequireLength(int length)
    {
        if (length != (long)Rows * Columns)
            throw new SparsityException(
                $"mask [{Rows}, {Columns}]", $"{length} weights", $"{(long)Rows * Columns} are needed", "Pass the matrix the mask was made for.");
    }

    private static int RowBytes(int columns) => (columns + 7) / 8;

    private static byte[] Pack(int rows, int columns, ReadOnlySpan<bool> keep)
    {
        RequireShape(rows, columns);
        if (keep.Length != (long)rows * columns)
            throw new SparsityException($"mask [{rows}, {columns}]", $"{keep.Length} values", $"{(long)rows * columns} are needed", "Pass one value a weight.");
        var bits = new byte[rows * RowBytes(columns)];
        for (int row = 0, i = 0; row < rows; row++)
            for (var column = 0; column < columns; column++, i++)
                if (keep[i]) bits[row * RowBytes(columns) + column / 8] |= (byte)(1 << (column % 8));
        return bits;
    }

    private static void RequireShape(int rows, int columns)
    {
        if (rows < 1 || columns < 1) throw new SparsityException("mask", $"[{rows}, {columns}]", "at least one row and column are needed", "Pass a shape.");
    }

    private static long CountBits(ReadOnlySpan<byte> bits)
    {
        long count = 0;
        foreach (var value in bits) count += BitOperations.PopCount(value);
        return count;
    }
}
