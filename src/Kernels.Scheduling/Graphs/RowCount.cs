namespace Kernels.Scheduling;

/// <summary>How many rows a value has in a run.</summary>
public readonly record struct RowCount
{
    private readonly int _rows;

    private RowCount(int rows) => _rows = rows;

    /// <summary>One row for each token of the run.</summary>
    public static RowCount Tokens => default;

    /// <summary>One row, whatever the run.</summary>
    public static RowCount One => new(1);

    /// <summary>A number of rows that no run changes: the channels of an image.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one.</exception>
    public static RowCount Of(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return new RowCount(rows);
    }

    /// <summary>Rows in a run of <paramref name="tokens"/> tokens.</summary>
    public int In(int tokens) => _rows == 0 ? tokens : _rows;

    /// <inheritdoc/>
    public override string ToString() => _rows == 0 ? "tokens" : $"{_rows}";
}
