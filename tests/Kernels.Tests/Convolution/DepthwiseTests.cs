using Kernels.Testing;
using Xunit;

namespace Kernels.Tests;

public sealed partial class DepthwiseTests
{
    [DepthwiseConvolution(Epilogue = nameof(Relu6))]
    public static partial DepthwiseKernel Same { get; }

    [DepthwiseConvolution(Stride = 2)]
    public static partial DepthwiseKernel Halving { get; }

    [DepthwiseConvolution(Window = 5, Stride = 2, Padding = 2, Epilogue = nameof(Relu6))]
    public static partial DepthwiseKernel Wide { get; }

    [DepthwiseConvolution(Window = 2, Padding = 0)]
    public static partial DepthwiseKernel Even { get; }

    public static TheoryData<int, int> Processors => [.. from bits in new[] { 128, 256, 512 } from threads in new[] { 1, 3 } select (bits, threads)];

    [Theory]
    [MemberData(nameof(Processors))]
    public void Outputs_are_those_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in new[] { Same, Halving, Wide, Even })
            foreach (var (channels, height, width) in new[] { (1, 2, 2), (3, 1, 1), (5, 7, 7), (37, 14, 14), (4, 5, 33), (2, 40, 3), (3, 28, 57) })
                Compare(device, kernel, new DepthwiseShape(channels, height, width));
    }

    [Theory]
    [InlineData("opencl")]
    [InlineData("simulator")]
    [InlineData(PtxDevices.Name)]
    public void Gpus_agree_with_the_definition(string name)
    {
        using var device = TestDevices.Open(name);
        foreach (var kernel in new[] { Same, Halving, Wide, Even })
            foreach (var (channels, height, width) in new[] { (1, 2, 2), (3, 1, 1), (5, 7, 7), (3, 28, 57) })
                Compare(device, kernel, new DepthwiseShape(channels, height, width));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("simulator")]
    public void Arguments_that_do_not_fit_are_refused_before_a_write(string name)
    {
        using var device = TestDevices.Open(name);
        using var plan = Same.Plan(device, new DepthwiseShape(3, 4, 5));
        using var input = Filled(device, new float[60], 3, 20, 0);
        using var weights = Filled(device, new float[27], 3, 9, 0);
        using var bias = Filled(device, new float[3], 1, 3, 0);
        using var output = new GuardedTensor(device, ElementType.Float32, 3, 20);
        Refused("bias", () => plan.Run(input.Tensor, weights.Tensor, weights.Tensor, output.Tensor));
        Refused("weights", () => plan.Run(input.Tensor, input.Tensor, bias.Tensor, output.Tensor));
        Refused("no output", () => plan.Run(input.Tensor, weights.Tensor, bias.Tensor, default));
        Refused("overlaps", () => plan.Run(input.Tensor, weights.Tensor, bias.Tensor, input.Tensor));
        Refused("0 channels", () => Same.Plan(device, new DepthwiseShape(0, 4, 5)));
        Refused("does not fit", () => Even.Plan(device, new DepthwiseShape(3, 1, 5)));
        Refused("no program", () => Same.Plan(new NullDevice(), new DepthwiseShape(3, 4, 5)));
        output.Read("output"); // guards untouched
    }

    private static void Compare(Device device, DepthwiseKernel kernel, DepthwiseShape shape)
    {
        if (!kernel.Supports(device, shape).IsSupported) return;
        var (channels, height, width, window) = (shape.Channels, shape.Height, shape.Width, kernel.Declaration.Window);
        using var plan = kernel.Plan(device, shape);
        var (x, w, b) = (RandomValues.Normal(1, channels * height * width), RandomValues.Normal(2, channels * window.Taps), RandomValues.Normal(3, channels));
        using var input = Filled(device, x, channels, height * width, 5);
        using var weights = Filled(device, w, channels, window.Taps, 1);
        using var bias = Filled(device, b, 1, channels, 0);
        using var output = new GuardedTensor(device, ElementType.Float32, channels, plan.OutputPixels, gap: 3);
        Func<double, double>? epilogue = kernel.Declaration.Epilogue is null ? null : value => Math.Clamp(value, 0, 6);
        var expected = ConvolutionOracle.Convolve(x, w, b, null, new ConvolutionShape(channels, channels, height, width), window, channels, epilogue);
        for (var run = 0; run < 2; run++) // the zeros around the image must outlive a run
        {
            plan.Run(input.Tensor, weights.Tensor, bias.Tensor, output.Tensor);
            Tolerance.AssertClose(expected, output.Read("output"), ElementType.Float32, $"{kernel} {shape}");
        }
    }

    private static GuardedTensor Filled(Device device, float[] values, int rows, int columns, int gap)
    {
        var tensor = new GuardedTensor(device, ElementType.Float32, rows, columns, gap);
        tensor.Write(values);
        return tensor;
    }

    private static float Relu6(float x) => MathF.Min(MathF.Max(x, 0f), 6f);

    private static void Refused(string value, Action act) => Assert.Contains(value, Assert.Throws<KernelException>(act).Message);
}
