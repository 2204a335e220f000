using System.Runtime.Intrinsics;

namespace Kernels.Compression;

/// <summary>The upper Cholesky factor U of an inverse, H⁻¹ = UᵀU, without forming the inverse.</summary>
/// <remarks>
/// H = V·Vᵀ with V upper triangular (Cholesky from the last row up) gives H⁻¹ = V⁻ᵀ·V⁻¹, so U = V⁻¹: the factor is unique.
/// Both steps work in blocks of columns or rows over <see cref="BlockProduct"/>, n³/3 multiply-adds each.
/// </remarks>
internal static unsafe class InverseFactor
{
    private const int Block = 64;

    /// <summary>Replaces a symmetric matrix by U, its lower part by zeros.</summary>
    /// <param name="matrix">[n, n] row-major; only the upper part is read.</param>
    /// <param name="size">n.</param>
    /// <returns>Whether the matrix is positive definite; if not, its content is lost.</returns>
    public static bool Compute(double[] matrix, int size)
    {
        fixed (double* data = matrix)
        {
            var view = new MatrixView(data, size, size, size);
            if (!FactorUpward(view)) return false;
            Invert(view);
        }

        return true;
    }

    // H = V·Vᵀ, block columns from the last to the first.
    private static bool FactorUpward(MatrixView h)
    {
        var size = h.Rows;
        for (var end = size; end > 0; end = (end - 1) / Block * Block)
        {
            var first = (end - 1) / Block * Block;
            if (end < size)
                BlockProduct.Add(-1, h.Part(0, end, end, size - end), h.Part(first, end, end - first, size - end).Transposed, h.Part(0, first, end, end - first));
            for (var j = end - 1; j >= first; j--)
            {
                var pivot = *h.At(j, j) - Dot(h.At(j, j + 1), h.At(j, j + 1), end - j - 1);
                if (!(pivot > 0) || !double.IsFinite(pivot)) return false;
                var diagonal = Math.Sqrt(pivot);
                *h.At(j, j) = diagonal;
                for (var i = 0; i < j; i++)
                    *h.At(i, j) = (*h.At(i, j) - Dot(h.At(i, j + 1), h.At(j, j + 1), end - j - 1)) / diagonal;
            }
        }

        return true;
    }

    // U = V⁻¹ in place, block rows from the last to the first: U_i = (e_i − Σ_{k>i} V_ik·U_k) / V_ii.
    private static void Invert(MatrixView v)
    {
        var size = v.Rows;
        var rows = new double[Block * size];
        fixed (double* work = rows)
        {
            for (var end = size; end > 0; end = (end - 1) / Block * Block)
            {
                var first = (end - 1) / Block * Block;
                var sums = new MatrixView(work, end - first, size - first, size - first);
                new Span<double>(work, sums.Rows * sums.Columns).Clear();
                if (end < size)
                    BlockProduct.Add(1, v.Part(first, end, end - first, size - end), v.Part(end, end, size - end, size - end),
                        sums.Part(0, end - first, end - first, size - end));
                for (var i = end - 1; i >= first; i--)
                {
                    var row = sums.At(i - first, 0);
                    for (var k = i + 1; k < end; k++) AddScaled(*v.At(i, k), v.At(k, k), row + (k - first), size - k);
                    var scale = 1 / *v.At(i, i);
                    *v.At(i, i) = scale;
                    for (var j = i + 1; j < size; j++) *v.At(i, j) = -scale * row[j - first];
                    new Span<double>(v.At(i, 0), i).Clear();
                }
            }
        }
    }

    private static double Dot(double* a, double* b, int count)
    {
        var sum = Vector256<double>.Zero;
        var i = 0;
        for (; i <= count - 4; i += 4) sum = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), Vector256.Load(b + i), sum);
        var total = Vector256.Sum(sum);
        for (; i < count; i++) total += a[i] * b[i];
        return total;
    }

    private static void AddScaled(double factor, double* source, double* target, int count)
    {
        var scale = Vector256.Create(factor);
        var i = 0;
        for (; i <= count - 4; i += 4)
            Vector256.Store(Vector256.FusedMultiplyAdd(scale, Vector256.Load(source + i), Vector256.Load(target + i)), target + i);
        for (; i < count; i++) target[i] += factor * source[i];
    }
}
