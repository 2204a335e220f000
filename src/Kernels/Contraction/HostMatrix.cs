using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>A row-major matrix in host memory, as read from a file: the source that weights are packed from.</summary>
/// <remarks>Lives only as long as the memory it points to (an array or a mapped file).</remarks>
public readonly unsafe ref struct HostMatrix
{
    /// <summary>Wraps <paramref name="data"/>.</summary>
    /// <param name="data">rows × columns elements, row-major.</param>
    /// <param name="type">Storage of an element.</param>
    /// <param name="rows">Rows: outputs of the layer.</param>
    /// <param name="columns">Columns: inputs of the layer.</param>
    /// <param name="transposed">Whether <paramref name="data"/> holds the transpose, [columns, rows] row-major.</param>
    /// <exception cref="ArgumentException">The data has another length, or is of a type that needs scales.</exception>
    public HostMatrix(ReadOnlySpan<byte> data, ElementType type, int rows, int columns, bool transposed = false)
        : this(data, type, rows, columns, transposed, default, 0)
    {
        if (type.IsScaled()) throw new ArgumentException($"A matrix of {type} needs scales.", nameof(type));
    }

    private HostMatrix(ReadOnlySpan<byte> data, ElementType type, int rows, int columns, bool transposed, ReadOnlySpan<float> scales, int scaleColumns)
    {
        if (rows < 1 || columns < 1 || data.Length != (long)rows * columns * type.Size())
            throw new ArgumentException($"A {rows}×{columns} matrix of {type} needs {(long)rows * columns * type.Size()} bytes; {data.Length} were given.");
        Data = data;
        Type = type;
        Rows = rows;
        Columns = columns;
        Transposed = transposed;
        Scales = scales;
        ScaleColumns = scaleColumns;
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

    /// <summary>[rows, ⌈columns / <see cref="ScaleColumns"/>⌉] scales of quantised elements; empty for others.</summary>
    public ReadOnlySpan<float> Scales { get; }

    /// <summary>Columns that share a scale; 0 where there are none.</summary>
    public int ScaleColumns { get; }

    /// <summary>Which weights are stored; null leaves the choice to the kernel: all of them, or the largest of N:M.</summary>
    public WeightMask? Mask { get; init; }

    /// <summary>Wraps integers of at most 8 bits, one a byte: a weight is its integer times the scale of its row and columns.</summary>
    /// <param name="codes">rows × columns integers, row-major.</param>
    /// <param name="rows">Rows: outputs of the layer.</param>
    /// <param name="columns">Columns: inputs of the layer.</param>
    /// <param name="scales">[rows, ⌈columns / <paramref name="scaleColumns"/>⌉].</param>
    /// <param name="scaleColumns">Columns that share a scale, at least 1.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static HostMatrix Quantized(ReadOnlySpan<sbyte> codes, int rows, int columns, ReadOnlySpan<float> scales, int scaleColumns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(scaleColumns, 1);
        var needed = rows * (((columns - 1) / scaleColumns + 1L));
        if (scales.Length != needed)
            throw new ArgumentException($"A {rows}×{columns} matrix with a scale for every {scaleColumns} columns needs {needed} scales; {scales.Length} were given.");
        return new HostMatrix(MemoryMarshal.AsBytes(codes), ElementType.Int8, rows, columns, false, scales, scaleColumns);
    }

    /// <summary>The numbers that quantised elements stand for, row-major.</summary>
    internal float[] Dequantize()
    {
        var codes = MemoryMarshal.Cast<byte, sbyte>(Data);
        var across = (Columns - 1) / ScaleColumns + 1;
        var values = new float[codes.Length];
        for (int row = 0, i = 0; row < Rows; row++)
            for (var column = 0; column < Columns; column++, i++) values[i] = codes[i] * Scales[row * across + column / ScaleColumns];
        return values;
    }
}
