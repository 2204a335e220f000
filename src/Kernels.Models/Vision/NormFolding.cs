namespace Kernels.Models;

/// <summary>Folds a batch norm (arXiv 1502.03167) into the convolution before it.</summary>
internal static class NormFolding
{
    /// <summary>Changes filters and bias so that they give gain·(y − mean)/√(variance + ε) + shift of what they gave.</summary>
    /// <param name="filters">[outputs, …].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="gain">[outputs].</param>
    /// <param name="shift">[outputs].</param>
    /// <param name="mean">[outputs].</param>
    /// <param name="variance">[outputs].</param>
    /// <param name="epsilon">ε.</param>
    public static void Fold(float[] filters, float[] bias, float[] gain, float[] shift, float[] mean, float[] variance, double epsilon)
    {
        var columns = filters.Length / bias.Length;
        for (var output = 0; output < bias.Length; output++)
        {
            var scale = gain[output] / Math.Sqrt(variance[output] + epsilon);
            for (var i = output * columns; i < (output + 1) * columns; i++) filters[i] = (float)(filters[i] * scale);
            bias[output] = (float)((bias[output] - mean[output]) * scale + shift[output]);
        }
    }
}
