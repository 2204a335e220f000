namespace Kernels.Compression;

/// <summary>
/// SparseGPT (arXiv 2301.00774, §3, Algorithm 1): columns are pruned from left to right, and what each loses is made up for by
/// the columns after it.
/// </summary>
/// <remarks>
/// H = (2/n)·ΣXXᵀ over n sequences; an input that never fires gets H_jj = 1 and weights of zero; λ·mean(diag H) is added to the
/// diagonal; U is the upper Cholesky factor of H⁻¹. Score w²/U_jj²; unstructured and block masks are chosen over 128 columns and
/// all rows at once, N:M groups when they are reached. Column by column e = (w − q)/U_jj, q the masked weight, and e·U_{j,j:} is
/// subtracted from the rest of the block; after the block E·U from the columns behind it.
/// </remarks>
/// <param name="damping">λ: share of the mean diagonal added to the diagonal.</param>
/// <param name="blockColumns">Columns between updates of the rest of the matrix.</param>
public sealed unsafe class SparseGptPruning(double damping = 0.01, int blockColumns = 128) : PruningMethod
{
    /// <inheritdoc/>
    public override string Name => "sparsegpt";

    /// <inheritdoc/>
    public override CalibrationNeed Needs => CalibrationNeed.Gram;

    private protected override WeightMask PruneCore(Span<float> weights, int rows, int columns, SparsityPattern pattern, InputStatistics? inputs)
    {
        var factor = inputs!.Hessian();
        var wide = new double[weights.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = weights[i];
        Condition(factor, wide, rows, columns);
        if (!InverseFactor.Compute(factor, columns))
            throw new SparsityException(Name, "a matrix XXᵀ that is not positive definite", FormattableString.Invariant($"damping of {damping} must make it so"),
                "Calibrate on more tokens, or raise the damping.");
        var keep = new bool[wide.Length];
        var grain = pattern.Grain.Columns;
        var block = Math.Max(blockColumns / grain, 1) * grain;
        var span = pattern.HasFreeSparsity ? block : grain;
        var errors = new double[rows * block];
        fixed (double* w = wide, u = factor, e = errors)
        {
            var matrix = new MatrixView(w, rows, columns, columns);
            var upper = new MatrixView(u, columns, columns, columns);
            for (var first = 0; first < columns; first += block)
            {
                var width = Math.Min(block, columns - first);
                var lost = new MatrixView(e, rows, width, width);
                for (var start = first; start < first + width; start += span)
                    PruneSpan(matrix, upper, lost, first, start, Math.Min(span, first + width - start), pattern, keep);
                var rest = columns - first - width;
                if (rest > 0) BlockProduct.Add(-1, lost, upper.Part(first, first + width, width, rest), matrix.Part(0, first + width, rows, rest));
            }
        }

        for (var i = 0; i < wide.Length; i++) weights[i] = (float)wide[i];
        return new WeightMask(rows, columns, keep);
    }

    private void Condition(double[] hessian, double[] weights, int rows, int columns)
    {
        double trace = 0;
        for (var j = 0; j < columns; j++)
        {
            ref var diagonal = ref hessian[j * columns + j];
            if (diagonal == 0)
            {
                diagonal = 1;
                for (var row = 0; row < rows; row++) weights[row * columns + j] = 0;
            }

            trace += diagonal;
        }

        for (var j = 0; j < columns; j++) hessian[j * columns + j] += damping * trace / columns;
    }

    // Chooses the mask of columns [start, start + width), then makes up for their loss within the block.
    private static void PruneSpan(
        MatrixView matrix, MatrixView upper, MatrixView lost, int first, int start, int width, SparsityPattern pattern, bool[] keep)
    {
        var (rows, end) = (matrix.Rows, first + lost.Columns);
        var scores = new double[rows * width];
        for (int row = 0, i = 0; row < rows; row++)
            for (var j = start; j < start + width; j++, i++)
            {
                var scaled = *matrix.At(row, j) / *upper.At(j, j);
                scores[i] = scaled * scaled;
            }

        var mask = pattern.Select(scores, rows, width, Comparison.WithinLayer);
        Parallel.For(0, rows, row =>
        {
            for (var j = start; j < start + width; j++)
            {
                var kept = mask[row, j - start];
                keep[row * matrix.Columns + j] = kept;
                var error = kept ? 0 : *matrix.At(row, j) / *upper.At(j, j);
                *lost.At(row, j - first) = error;
                if (kept) continue;
                *matrix.At(row, j) = 0;
                for (var i = j + 1; i < end; i++) *matrix.At(row, i) -= error * *upper.At(j, i);
            }
        });
    }
}
