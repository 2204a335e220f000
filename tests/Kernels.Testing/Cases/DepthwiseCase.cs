namespace Kernels.Testing;

/// <summary>One depthwise convolution of random values, on any device: runs it between guards, twice, and compares it with the oracle.</summary>
/// <param name="Kernel">What convolves; its epilogue, if any, clamps to 0 … 6.</param>
/// <param name="Shape">The image.</param>
public sealed record DepthwiseCase(DepthwiseKernel Kernel, DepthwiseShape Shape)
{
    /// <summary>Runs on <paramref name="device"/> and compares; does nothing where no window fits the image.</summary>
    public void Check(Device device)
    {
        var (channels, height, width, window) = (Shape.Channels, Shape.Height, Shape.Width, Kernel.Declaration.Window);
        if (!window.Fits(height, width).IsSupported) return;
        using var plan = Kernel.Plan(device, Shape);
        var (x, w, b) = (RandomValues.Normal(1, channels * height * width), RandomValues.Normal(2, channels * window.Taps), RandomValues.Normal(3, channels));
        using var input = Filled(device, x, channels, height * width, 5);
        using var weights = Filled(device, w, channels, window.Taps, 1);
        using var bias = Filled(device, b, 1, channels, 0);
        using var output = new GuardedTensor(device, ElementType.Float32, channels, plan.OutputPixels, gap: 3);
        Func<double, double>? epilogue = Kernel.Declaration.Epilogue is null ? null : value => Math.Clamp(value, 0, 6);
        var expected = ConvolutionOracle.Convolve(x, w, b, null, new ConvolutionShape(channels, channels, height, width), window, channels, epilogue);
        for (var run = 0; run < 2; run++) // the zeros around the image must outlive a run
        {
            plan.Run(input.Tensor, weights.Tensor, bias.Tensor, output.Tensor);
            Tolerance.AssertClose(expected, output.Read("output"), ElementType.Float32, $"{Kernel} {Shape}");
        }
    }

    private static GuardedTensor Filled(Device device, float[] values, int rows, int columns, int gap)
    {
        var tensor = new GuardedTensor(device, ElementType.Float32, rows, columns, gap);
        tensor.Write(values);
        return tensor;
    }
}
