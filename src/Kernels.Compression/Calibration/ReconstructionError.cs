namespace Kernels.Compression;

/// <summary>How much a layer's output changed.</summary>
public static unsafe class ReconstructionError
{
    /// <summary>‖(W − Ŵ)X‖ / ‖WX‖ in the Frobenius norm; 0 where both are 0.</summary>
    /// <remarks>‖AX‖² = Σ A·XXᵀ·Aᵀ where XXᵀ was summed, Σ A_ij²·Σx_j² where only Σx² was, ‖A‖² without statistics.</remarks>
    /// <param name="original">W, [rows, columns] row-major.</param>
    /// <param name="pruned">Ŵ of the same shape.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="inputs">What is known of the inputs.</param>
    public static double Relative(ReadOnlySpan<float> original, ReadOnlySpan<float> pruned, int rows, int columns, InputStatistics? inputs)
    {
        var (whole, lost) = (new double[original.Length], new double[original.Length]);
        for (var i = 0; i < whole.Length; i++) (whole[i], lost[i]) = (original[i], (double)original[i] - pruned[i]);
        var (size, change) = (Square(whole, rows, columns, inputs), Square(lost, rows, columns, inputs));
        return size == 0 ? (change == 0 ? 0 : double.PositiveInfinity) : Math.Sqrt(change / size);
    }

    private static double Square(double[] matrix, int rows, int columns, InputStatistics? inputs)
    {
        double sum = 0;
        if (inputs is not { HasGram: true })
        {
            for (var i = 0; i < matrix.Length; i++) sum += matrix[i] * matrix[i] * (inputs is null ? 1 : inputs.Squares[i % columns]);
            return sum;
        }

        var (gram, product) = (new double[columns * columns], new double[matrix.Length]);
        for (var i = 0; i < gram.Length; i++) gram[i] = inputs.Gram(i / columns, i % columns);
        fixed (double* a = matrix, g = gram, p = product)
            BlockProduct.Add(1, new MatrixView(a, rows, columns, columns), new MatrixView(g, columns, columns, columns), new MatrixView(p, rows, columns, columns));
        for (var i = 0; i < matrix.Length; i++) sum += matrix[i] * product[i];
        return Math.Max(sum, 0);
    }
}
