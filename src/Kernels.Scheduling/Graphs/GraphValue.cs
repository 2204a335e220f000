namespace Kernels.Scheduling;

/// <summary>A matrix that flows through a graph: [rows, columns], rows known when the graph runs.</summary>
public sealed class GraphValue
{
    internal GraphValue(int id, string name, RowCount rows, int columns, ElementType type, bool isInput)
    {
        Id = id;
        Name = name;
        Rows = rows;
        Columns = columns;
        Type = type;
        IsInput = isInput;
    }

    /// <summary>The name it was given, unique in its graph.</summary>
    public string Name { get; }

    /// <summary>How its rows are counted.</summary>
    public RowCount Rows { get; }

    /// <summary>Its columns; token ids have one.</summary>
    public int Columns { get; }

    /// <summary>Storage: fp32, or Int32 for token ids.</summary>
    public ElementType Type { get; }

    /// <summary>Whether the caller writes it before a run.</summary>
    public bool IsInput { get; }

    internal int Id { get; }

    /// <summary>Some of the columns, as a view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The columns are not all inside the value.</exception>
    public ValueSlice Slice(int first, int columns) => new(this, first, columns);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type}[{Rows}, {Columns}]";
}
