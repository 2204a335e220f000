namespace Kernels.Testing;

/// <summary>One convolution by random groups, on any device: runs it between guards, without and with a residual, which may be the output, and compares it with the oracle.</summary>
/// <param name="Kernel">What convolves; its epilogue, if any, clamps to 0 … 6.</param>
/// <param name="Shape">The image and the channels.</param>
/// <param name="Density">Share of the groups that is stored.</param>
public sealed record ConvolutionCase(ConvolutionKernel Kernel, ConvolutionShape Shape, double Density)
{
    /// <summary>Elements between the channels of the input.</summary>
    public int InputGap { get; init; } = Kernel.Declaration.Window.Side == 1 ? 5 : 0;

    /// <summary>Runs on <paramref name="device"/> and compares.</summary>
    public void Check(Device device)
    {
        var (window, groupRows) = (Kernel.Declaration.Window, Kernel.Declaration.GroupRows);
        var columns = Shape.Inputs * window.Taps;
        var (dense, mask) = GroupedWeights.Draw(Shape.Outputs + columns, Shape.Outputs, columns, groupRows, Density);
        var bias = RandomValues.Normal(3, Shape.Outputs);
        using var weights = Kernel.Pack(device, BlockMatrix.Pack(dense, mask, groupRows, 1), bias);
        using var plan = Kernel.Plan(device, Shape);
        var x = RandomValues.Normal(Shape.Pixels, Shape.Inputs * Shape.Pixels);
        using var input = new GuardedTensor(device, ElementType.Float32, Shape.Inputs, Shape.Pixels, InputGap);
        using var output = new GuardedTensor(device, ElementType.Float32, Shape.Outputs, plan.OutputPixels, gap: 3);
        using var residual = new GuardedTensor(device, ElementType.Float32, Shape.Outputs, plan.OutputPixels, gap: 2);
        input.Write(x);
        var added = RandomValues.Normal(4, Shape.Outputs * plan.OutputPixels);
        residual.Write(added);
        Func<double, double>? epilogue = Kernel.Declaration.Epilogue is null ? null : value => Math.Clamp(value, 0, 6);
        plan.Run(input.Tensor, weights, output.Tensor);
        AssertConvolved(null);
        plan.Run(input.Tensor, weights, output.Tensor, residual.Tensor);
        AssertConvolved(added);
        output.Write(added);
        plan.Run(input.Tensor, weights, output.Tensor, output.Tensor);
        AssertConvolved(added);

        void AssertConvolved(float[]? addend) =>
            Tolerance.AssertClose(
                ConvolutionOracle.Convolve(x, dense, bias, addend, Shape, window, epilogue: epilogue), output.Read("output"), ElementType.Float32, $"{Kernel} {Shape}");
    }
}
