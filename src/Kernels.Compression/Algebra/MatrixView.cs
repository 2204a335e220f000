namespace Kernels.Compression;

/// <summary>A strided view of doubles; owns nothing.</summary>
internal readonly unsafe struct MatrixView(double* data, int rows, int columns, long rowStride, long columnStride = 1)
{
    public double* Data => data;

    public int Rows => rows;

    public int Columns => columns;

    public long RowStride => rowStride;

    public long ColumnStride => columnStride;

    public MatrixView Transposed => new(data, columns, rows, columnStride, rowStride);

    public double* At(int row, int column) => data + row * rowStride + column * columnStride;

    public MatrixView Part(int row, int column, int height, int width) => new(At(row, column), height, width, rowStride, columnStride);
}
