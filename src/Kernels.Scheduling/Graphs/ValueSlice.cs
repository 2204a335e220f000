namespace Kernels.Scheduling;

/// <summary>Consecutive columns of a value: what an operation reads or writes.</summary>
public readonly record struct ValueSlice
{
    /// <summary>Takes columns [first, first + columns) of <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The columns are not all inside the value.</exception>
    public ValueSlice(GraphValue value, int first, int columns)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (first < 0 || columns < 1 || first > value.Columns - columns)
            throw new ArgumentOutOfRangeException(
                nameof(first), first, $"Columns {first} to {first + (long)columns - 1} are not inside {value}.");
        Value = value;
        First = first;
        Columns = columns;
    }

    /// <summary>The value.</summary>
    public GraphValue Value { get; }

    /// <summary>First column.</summary>
    public int First { get; }

    /// <summary>Number of columns.</summary>
    public int Columns { get; }

    /// <summary>All columns of a value.</summary>
    public static implicit operator ValueSlice(GraphValue value) => new(value, 0, value.Columns);
}
