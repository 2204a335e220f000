namespace Kernels.Testing;

/// <summary>A convolution of one image by definition in fp64.</summary>
public static class ConvolutionOracle
{
    /// <summary>Computes epilogue(weights ∗ image + bias + residual).</summary>
    /// <param name="image">[inputs, height, width].</param>
    /// <param name="weights">[outputs, inputs / groups, side, side].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="residual">[outputs, windows], or null.</param>
    /// <param name="shape">Channels in and out, height and width.</param>
    /// <param name="window">Side, stride and zeros around.</param>
    /// <param name="groups">Groups of channels that are convolved apart: 1, or the inputs for a depthwise convolution.</param>
    /// <param name="epilogue">Applied to each output; null for none.</param>
    public static double[] Convolve(
        float[] image, float[] weights, float[]? bias, float[]? residual, ConvolutionShape shape, ConvolutionWindow window, int groups = 1, Func<double, double>? epilogue = null)
    {
        var (rows, columns) = ((shape.Height + 2 * window.Padding - window.Side) / window.Stride + 1, (shape.Width + 2 * window.Padding - window.Side) / window.Stride + 1);
        var (inputsOfGroup, outputsOfGroup) = (shape.Inputs / groups, shape.Outputs / groups);
        var output = new double[shape.Outputs * rows * columns];
        for (var o = 0; o < shape.Outputs; o++)
        for (var row = 0; row < rows; row++)
        for (var column = 0; column < columns; column++)
        {
            double sum = bias?[o] ?? 0;
            for (var i = 0; i < inputsOfGroup; i++)
            for (var dy = 0; dy < window.Side; dy++)
            for (var dx = 0; dx < window.Side; dx++)
            {
                var (y, x) = (row * window.Stride + dy - window.Padding, column * window.Stride + dx - window.Padding);
                if (y < 0 || y >= shape.Height || x < 0 || x >= shape.Width) continue;
                var channel = o / outputsOfGroup * inputsOfGroup + i;
                sum += (double)image[(channel * shape.Height + y) * shape.Width + x] * weights[((o * inputsOfGroup + i) * window.Side + dy) * window.Side + dx];
            }

            var place = (o * rows + row) * columns + column;
            sum += residual?[place] ?? 0;
            output[place] = epilogue is null ? sum : epilogue(sum);
        }

        return output;
    }
}
