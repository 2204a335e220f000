namespace Kernels;

/// <summary>A weight matrix of which only some values are stored, with the indices that say which.</summary>
/// <remarks>Immutable and checked when it is made: every index of an instance lies inside the matrix.</remarks>
public abstract class SparseMatrix
{
    private protected SparseMatrix(int rows, int columns, float[] values, string format)
    {
        if (rows < 1 || columns < 1) throw new SparsityException(format, $"[{rows}, {columns}]", "at least one row and column are needed", "Pass a shape.");
        ArgumentNullException.ThrowIfNull(values);
        Rows = rows;
        Columns = columns;
        Stored = values;
        Format = format;
    }

    /// <summary>Rows: outputs of the layer.</summary>
    public int Rows { get; }

    /// <summary>Columns: inputs of the layer.</summary>
    public int Columns { get; }

    /// <summary>Name of the format with its parameters, such as <c>2:4</c>.</summary>
    public string Format { get; }

    /// <summary>Stored values in the format's order, kept zeros included.</summary>
    public ReadOnlySpan<float> Values => Stored;

    /// <summary>Bytes of values and indices.</summary>
    public abstract long ByteLength { get; }

    /// <summary>The stored values.</summary>
    private protected float[] Stored { get; }

    /// <summary>The matrix with zeros in place of what is not stored, row-major.</summary>
    public float[] Densify()
    {
        var dense = new float[checked(Rows * Columns)];
        Visit((row, column, value) => dense[row * Columns + column] = value);
        return dense;
    }

    /// <summary>Which weights are stored.</summary>
    public WeightMask Mask()
    {
        var keep = new bool[checked(Rows * Columns)];
        Visit((row, column, _) => keep[row * Columns + column] = true);
        return new WeightMask(Rows, Columns, keep);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Format} [{Rows}, {Columns}], {Stored.Length} values";

    /// <summary>Calls <paramref name="visit"/> with row, column and value of every stored weight.</summary>
    private protected abstract void Visit(Action<int, int, float> visit);

    private protected static SparsityException Refuse(string format, int rows, int columns, string received, string limit, string remedy) =>
        new($"{format} [{rows}, {columns}]", received, limit, remedy);

    private protected SparsityException Refuse(string received, string limit, string remedy = "The indices are damaged: pack the matrix again.") =>
        Refuse(Format, Rows, Columns, received, limit, remedy);

    private protected void RequireDivides(string what, int size, int divisor)
    {
        if (divisor < 1 || size % divisor != 0)
            throw Refuse($"{size} {what}", $"a multiple of {divisor} is needed", "Pad the matrix or choose another pattern.");
    }

    private protected void RequireCount(string what, long received, long needed)
    {
        if (received != needed) throw Refuse($"{received} {what}", $"{needed} are needed");
    }

    private protected static void RequireInput(string format, ReadOnlySpan<float> weights, WeightMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (weights.Length != (long)mask.Rows * mask.Columns)
            throw Refuse(format, mask.Rows, mask.Columns, $"{weights.Length} weights", $"{(long)mask.Rows * mask.Columns} are needed", "Pass the matrix the mask was made for.");
    }
}
