namespace Kernels.Testing;

/// <summary>Y = epilogue(X·Wᵀ) by definition in fp64.</summary>
public static class MatMulOracle
{
    /// <summary>Computes the product.</summary>
    /// <param name="x">[rows, inputs] row-major.</param>
    /// <param name="w">[outputs, inputs] row-major.</param>
    /// <param name="rows">Rows of X.</param>
    /// <param name="inputs">Columns of X and W.</param>
    /// <param name="outputs">Rows of W.</param>
    /// <param name="epilogue">Applied to each output; null for none.</param>
    public static double[] Multiply(float[] x, float[] w, int rows, int inputs, int outputs, Func<double, double>? epilogue = null)
    {
        var y = new double[rows * outputs];
        for (var i = 0; i < rows; i++)
        for (var j = 0; j < outputs; j++)
        {
            double sum = 0;
            for (var k = 0; k < inputs; k++) sum += (double)x[i * inputs + k] * w[j * inputs + k];
            y[i * outputs + j] = epilogue is null ? sum : epilogue(sum);
        }

        return y;
    }
}
