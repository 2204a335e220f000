using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kernels.Compression;

/// <summary>C += α·A·B in fp64: packed panels, a 4 × 8 register tile, panels of columns in parallel.</summary>
/// <remarks>Every element is summed by one thread in one order, so results do not depend on the number of threads.</remarks>
internal static unsafe class BlockProduct
{
    private const int TileRows = 4, TileColumns = 8, Depth = 256;

    /// <summary>Adds the product.</summary>
    /// <param name="alpha">Factor.</param>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[k, n].</param>
    /// <param name="c">[m, n], contiguous columns.</param>
    /// <param name="upperOnly">Whether tiles wholly below the diagonal of C are left alone.</param>
    public static void Add(double alpha, MatrixView a, MatrixView b, MatrixView c, bool upperOnly = false)
    {
        var (rowTiles, columnTiles) = ((c.Rows + TileRows - 1) / TileRows, (c.Columns + TileColumns - 1) / TileColumns);
        var packed = (double*)NativeMemory.AlignedAlloc((nuint)((long)rowTiles * TileRows * Depth * sizeof(double)), 64);
        try
        {
            for (var start = 0; start < a.Columns; start += Depth)
            {
                var depth = Math.Min(Depth, a.Columns - start);
                var (left, right) = (a.Part(0, start, a.Rows, depth), b.Part(start, 0, depth, b.Columns));
                Parallel.For(0, rowTiles, tile => PackRows(alpha, left, tile * TileRows, packed + (long)tile * TileRows * depth));
                Parallel.For(0, columnTiles, tile => Panel(packed, right, c, tile * TileColumns, upperOnly));
            }
        }
        finally
        {
            NativeMemory.AlignedFree(packed);
        }
    }

    private static void PackRows(double alpha, MatrixView a, int first, double* target)
    {
        for (var k = 0; k < a.Columns; k++)
            for (var i = 0; i < TileRows; i++)
                *target++ = first + i < a.Rows ? alpha * *a.At(first + i, k) : 0;
    }

    private static void Panel(double* packedRows, MatrixView b, MatrixView c, int first, bool upperOnly)
    {
        var panel = stackalloc double[Depth * TileColumns];
        var edge = stackalloc double[TileRows * TileColumns];
        var width = Math.Min(TileColumns, c.Columns - first);
        for (var k = 0; k < b.Rows; k++)
            for (var j = 0; j < TileColumns; j++) panel[k * TileColumns + j] = j < width ? *b.At(k, first + j) : 0;
        var rows = upperOnly ? Math.Min(c.Rows, first + TileColumns) : c.Rows;
        for (var row = 0; row < rows; row += TileRows)
        {
            var height = Math.Min(TileRows, c.Rows - row);
            var left = packedRows + (long)row * b.Rows;
            if (height == TileRows && width == TileColumns)
            {
                Tile(left, panel, b.Rows, c.At(row, first), c.RowStride);
                continue;
            }

            new Span<double>(edge, TileRows * TileColumns).Clear();
            Tile(left, panel, b.Rows, edge, TileColumns);
            for (var i = 0; i < height; i++)
                for (var j = 0; j < width; j++) *c.At(row + i, first + j) += edge[i * TileColumns + j];
        }
    }

    private static void Tile(double* a, double* b, int depth, double* c, long stride)
    {
        var (c00, c01) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var (c10, c11) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var (c20, c21) = (Vector256<double>.Zero, Vector256<double>.Zero);
        var (c30, c31) = (Vector256<double>.Zero, Vector256<double>.Zero);
        for (var k = 0; k < depth; k++, a += TileRows, b += TileColumns)
        {
            var (b0, b1) = (Vector256.Load(b), Vector256.Load(b + 4));
            var a0 = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(a0, b1, c01);
            var a1 = Vector256.Create(a[1]);
            c10 = Vector256.FusedMultiplyAdd(a1, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(a1, b1, c11);
            var a2 = Vector256.Create(a[2]);
            c20 = Vector256.FusedMultiplyAdd(a2, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(a2, b1, c21);
            var a3 = Vector256.Create(a[3]);
            c30 = Vector256.FusedMultiplyAdd(a3, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(a3, b1, c31);
        }

        AddRow(c, c00, c01);
        AddRow(c + stride, c10, c11);
        AddRow(c + 2 * stride, c20, c21);
        AddRow(c + 3 * stride, c30, c31);
    }

    private static void AddRow(double* c, Vector256<double> low, Vector256<double> high)
    {
        Vector256.Store(Vector256.Load(c) + low, c);
        Vector256.Store(Vector256.Load(c + 4) + high, c + 4);
    }
}
