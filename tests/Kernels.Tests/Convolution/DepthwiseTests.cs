using Kernels.Testing;
using Xunit;

namespace Kernels.Tests;

public sealed class DepthwiseTests
{
    public static TheoryData<int, int> Processors => [.. from bits in new[] { 128, 256, 512 } from threads in new[] { 1, 3 } select (bits, threads)];

    // Single pixels, rows that fill no vector, one, two or a part of one more, columns that fill tiles of rows and leave some.
    private static readonly DepthwiseShape[] Shapes =
    [
        new(1, 1, 1), new(3, 1, 1), new(1, 2, 2), new(2, 1, 20), new(2, 40, 3), new(5, 7, 7), new(1, 8, 8), new(2, 6, 9), new(37, 14, 14), new(3, 15, 15),
        new(1, 16, 16), new(4, 5, 33), new(2, 13, 34), new(3, 28, 57),
    ];

    [Theory]
    [MemberData(nameof(Processors))]
    public void Outputs_are_those_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in Convolutions.Depthwise)
            foreach (var shape in Shapes) new DepthwiseCase(kernel, shape).Check(device);
    }

    [Theory]
    [InlineData("opencl")]
    [InlineData("simulator")]
    [InlineData(PtxDevices.Name)]
    public void Gpus_agree_with_the_definition(string name)
    {
        using var device = TestDevices.Open(name);
        foreach (var convolution in ConvolutionCases.Depthwise) convolution.Check(device);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("simulator")]
    public void Arguments_that_do_not_fit_are_refused_before_a_write(string name)
    {
        using var device = TestDevices.Open(name);
        using var plan = Convolutions.DepthwiseSame.Plan(device, new DepthwiseShape(3, 4, 5));
        using var input = new GuardedTensor(device, ElementType.Float32, 3, 20);
        using var weights = new GuardedTensor(device, ElementType.Float32, 3, 9);
        using var bias = new GuardedTensor(device, ElementType.Float32, 1, 3);
        using var output = new GuardedTensor(device, ElementType.Float32, 3, 20);
        Refused("bias", () => plan.Run(input.Tensor, weights.Tensor, weights.Tensor, output.Tensor));
        Refused("weights", () => plan.Run(input.Tensor, input.Tensor, bias.Tensor, output.Tensor));
        Refused("no output", () => plan.Run(input.Tensor, weights.Tensor, bias.Tensor, default));
        Refused("overlaps", () => plan.Run(input.Tensor, weights.Tensor, bias.Tensor, input.Tensor));
        Refused("0 channels", () => Convolutions.DepthwiseSame.Plan(device, new DepthwiseShape(0, 4, 5)));
        Refused("does not fit", () => Convolutions.DepthwiseEven.Plan(device, new DepthwiseShape(3, 1, 5)));
        Refused("no program", () => Convolutions.DepthwiseSame.Plan(new NullDevice(), new DepthwiseShape(3, 4, 5)));
        output.Read("output"); // guards untouched
    }

    private static void Refused(string value, Action act) => Assert.Contains(value, Assert.Throws<KernelException>(act).Message);
}
