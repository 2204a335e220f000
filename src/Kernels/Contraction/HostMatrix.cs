namespace Kernels;

/// <summary>A dense row-major matrix in host memory, as read from a file: the source that weights are packed from.</summary>
/// <remarks>Lives only as long as the memory it points to (an array or a mapped file).</remarks>
public readonly unsafe ref struct HostMatrix
{
    /// <summary>Wraps <paramref name="data"/>.</summary>
    /// <param name="data">rows × columns elements, row-major.</param>
    /// <param name="type">Storage of an element.</param>
    /// <param name="rows">Rows: outputs of the layer.</param>
    /// <param name="columns">Columns: inputs of the layer.</param>
    /// <param name="transposed">Whether <paramref name="data"/> holds the transpose, [columns, rows] row-major.</param>
    /// <exception cref="ArgumentException">The data has another length.</exception>
    public HostMatrix(ReadOnlySpan<byte> data, ElementType type, int rows, int columns, bool transposed = false)
    {
        if (rows < 1 || columns < 1 || data.Length != (long)rows * columns * type.Size())
            throw new ArgumentException($"A {rows}×{columns} matrix of {type} needs {(long)rows * columns * type.Size()} bytes; {data.Length} were given.");
        Data = data;
        Type = type;
        Rows = rows;
        Columns = columns;
        Transposed = transposed;
    }

    /// <summary>The elements.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Storage of an element.</summary>
    public ElementType Type { get; }

    /// <summary>Rows: outputs of the layer.</summary>
    public int Rows { get; }

    /// <summary>Columns: inputs of the layer.</summary>
    public int Columns { get; }

    /// <summary>Whether the data holds the transpose.</summary>
    public bool Transposed { get; }
}
