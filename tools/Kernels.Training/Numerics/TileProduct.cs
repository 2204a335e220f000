using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels.Training.Numerics;

/// <summary>C = A·B or C += A·B on small padded blocks: an 8×32 register tile, A read element by element through two strides.</summary>
/// <remarks>Both operands of the attention backward pass come from the same few blocks, so A may be read as its transpose.</remarks>
internal static unsafe class TileProduct
{
    /// <summary>Rows of the register tile; m must be a multiple.</summary>
    public const int Rows = 8;

    /// <summary>Columns of the register tile; n must be a multiple.</summary>
    public const int Columns = 32;

    /// <summary>Runs the product.</summary>
    /// <param name="a">Element (i, p) at i·aRow + p·aColumn.</param>
    /// <param name="aRow">Elements between rows of A.</param>
    /// <param name="aColumn">Elements between columns of A.</param>
    /// <param name="b">[k, n], rows bRow elements apart.</param>
    /// <param name="bRow">Elements between rows of B.</param>
    /// <param name="c">[m, n], rows cRow elements apart.</param>
    /// <param name="cRow">Elements between rows of C.</param>
    /// <param name="m">Rows of C, a multiple of <see cref="Rows"/>.</param>
    /// <param name="n">Columns of C, a multiple of <see cref="Columns"/>.</param>
    /// <param name="k">Terms of each sum.</param>
    /// <param name="accumulate">Whether C is added to.</param>
    public static void Run(
        float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, int m, int n, int k, bool accumulate)
    {
        for (var j = 0; j < n; j += Columns)
        for (var i = 0; i < m; i += Rows)
            Tile((byte*)(a + i * aRow), aRow * sizeof(float), aColumn * sizeof(float), b + j, bRow, c + i * cRow + j, cRow, k, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(byte* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, int k, bool accumulate)
    {
        Vector512<float> c00, c01, c10, c11, c20, c21, c30, c31, c40, c41, c50, c51, c60, c61, c70, c71;
        if (accumulate)
        {
            c00 = Vector512.Load(c); c01 = Vector512.Load(c + 16);
            c10 = Vector512.Load(c + cRow); c11 = Vector512.Load(c + cRow + 16);
            c20 = Vector512.Load(c + 2 * cRow); c21 = Vector512.Load(c + 2 * cRow + 16);
            c30 = Vector512.Load(c + 3 * cRow); c31 = Vector512.Load(c + 3 * cRow + 16);
            c40 = Vector512.Load(c + 4 * cRow); c41 = Vector512.Load(c + 4 * cRow + 16);
            c50 = Vector512.Load(c + 5 * cRow); c51 = Vector512.Load(c + 5 * cRow + 16);
            c60 = Vector512.Load(c + 6 * cRow); c61 = Vector512.Load(c + 6 * cRow + 16);
            c70 = Vector512.Load(c + 7 * cRow); c71 = Vector512.Load(c + 7 * cRow + 16);
        }
        else
        {
            c00 = c01 = c10 = c11 = c20 = c21 = c30 = c31 = c40 = c41 = c50 = c51 = c60 = c61 = c70 = c71 = Vector512<float>.Zero;
        }

        var a4 = a + 4 * aRow;
        var aRow3 = 3 * aRow;
        for (var p = 0; p < k; p++)
        {
            var b0 = Vector512.Load(b);
            var b1 = Vector512.Load(b + 16);
            var x = Vector512.Create(*(float*)a);
            c00 = Vector512.FusedMultiplyAdd(x, b0, c00); c01 = Vector512.FusedMultiplyAdd(x, b1, c01);
            x = Vector512.Create(*(float*)(a + aRow));
            c10 = Vector512.FusedMultiplyAdd(x, b0, c10); c11 = Vector512.FusedMultiplyAdd(x, b1, c11);
            x = Vector512.Create(*(float*)(a + 2 * aRow));
            c20 = Vector512.FusedMultiplyAdd(x, b0, c20); c21 = Vector512.FusedMultiplyAdd(x, b1, c21);
            x = Vector512.Create(*(float*)(a + aRow3));
            c30 = Vector512.FusedMultiplyAdd(x, b0, c30); c31 = Vector512.FusedMultiplyAdd(x, b1, c31);
            x = Vector512.Create(*(float*)a4);
            c40 = Vector512.FusedMultiplyAdd(x, b0, c40); c41 = Vector512.FusedMultiplyAdd(x, b1, c41);
            x = Vector512.Create(*(float*)(a4 + aRow));
            c50 = Vector512.FusedMultiplyAdd(x, b0, c50); c51 = Vector512.FusedMultiplyAdd(x, b1, c51);
            x = Vector512.Create(*(float*)(a4 + 2 * aRow));
            c60 = Vector512.FusedMultiplyAdd(x, b0, c60); c61 = Vector512.FusedMultiplyAdd(x, b1, c61);
            x = Vector512.Create(*(float*)(a4 + aRow3));
            c70 = Vector512.FusedMultiplyAdd(x, b0, c70); c71 = Vector512.FusedMultiplyAdd(x, b1, c71);
            a += aColumn;
            a4 += aColumn;
            b += bRow;
        }

        c00.Store(c); c01.Store(c + 16);
        c10.Store(c + cRow); c11.Store(c + cRow + 16);
        c20.Store(c + 2 * cRow); c21.Store(c + 2 * cRow + 16);
        c30.Store(c + 3 * cRow); c31.Store(c + 3 * cRow + 16);
        c40.Store(c + 4 * cRow); c41.Store(c + 4 * cRow + 16);
        c50.Store(c + 5 * cRow); c51.Store(c + 5 * cRow + 16);
        c60.Store(c + 6 * cRow); c61.Store(c + 6 * cRow + 16);
        c70.Store(c + 7 * cRow); c71.Store(c + 7 * cRow + 16);
    }
}
