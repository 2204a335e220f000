using Kernels.Testing;
using Xunit;

namespace Kernels.Tests;

public sealed partial class GroupConvolutionTests
{
    [GroupConvolution(GroupRows = 1)]
    public static partial ConvolutionKernel Unstructured { get; }

    [GroupConvolution(GroupRows = 2, Epilogue = nameof(Relu6))]
    public static partial ConvolutionKernel Pairs { get; }

    [GroupConvolution]
    public static partial ConvolutionKernel Fours { get; }

    [GroupConvolution(GroupRows = 8)]
    public static partial ConvolutionKernel Eights { get; }

    [GroupConvolution(GroupRows = 16, Epilogue = nameof(Relu6))]
    public static partial ConvolutionKernel Sixteens { get; }

    [GroupConvolution(Window = 3, Padding = 1, Epilogue = nameof(Relu6))]
    public static partial ConvolutionKernel Same { get; }

    [GroupConvolution(GroupRows = 2, Window = 3, Stride = 2, Padding = 1)]
    public static partial ConvolutionKernel Stem { get; }

    [GroupConvolution(GroupRows = 1, Window = 5, Stride = 2, Padding = 3)]
    public static partial ConvolutionKernel Wide { get; }

    [GroupConvolution(Window = 3)]
    public static partial ConvolutionKernel Narrow { get; }

    [GroupConvolution(GroupRows = 4, Window = 1, Stride = 2)]
    public static partial ConvolutionKernel Skipping { get; }

    private static readonly ConvolutionKernel[] PointwiseKernels = [Unstructured, Pairs, Fours, Eights, Sixteens];

    private static readonly ConvolutionKernel[] WindowKernels = [Same, Stem, Wide, Narrow, Skipping];

    public static TheoryData<string> Gpus => ["opencl", "simulator", PtxDevices.Name];

    public static TheoryData<int, int> Processors => [.. from bits in new[] { 128, 256, 512 } from threads in new[] { 1, 3 } select (bits, threads)];

    [Theory]
    [MemberData(nameof(Processors))]
    public void Pointwise_outputs_are_those_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in PointwiseKernels)
            foreach (var (outputs, inputs, density) in new[] { (16, 1, 1.0), (32, 33, 0.3), (48, 20, 0.05), (16, 64, 0.9) })
                foreach (var pixels in new[] { 1, 3, 7, 8, 17, 49, 196, 400 })
                    Compare(device, kernel, new ConvolutionShape(inputs, outputs, 1, pixels), density);
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Windows_are_those_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in WindowKernels)
            foreach (var (height, width) in new[] { (1, 1), (2, 5), (7, 7), (8, 13), (14, 3), (19, 40) })
                if (kernel.Supports(device, new ConvolutionShape(3, 12, height, width)).IsSupported)
                    Compare(device, kernel, new ConvolutionShape(3, 12, height, width), 0.6);
    }

    [Theory]
    [MemberData(nameof(Gpus))]
    public void Gpus_agree_with_the_definition(string name)
    {
        using var device = TestDevices.Open(name);

        // OpenCL takes its time to compile: not every kernel.
        ConvolutionKernel[] pointwise = name == "opencl" ? [Unstructured, Pairs, Sixteens] : PointwiseKernels;
        ConvolutionKernel[] windows = name == "opencl" ? [Same, Wide] : WindowKernels;
        foreach (var kernel in pointwise)
            foreach (var (outputs, inputs, density, pixels) in new[] { (16, 1, 1.0, 3), (48, 20, 0.05, 49), (32, 33, 0.3, 600) })
                Compare(device, kernel, new ConvolutionShape(inputs, outputs, 1, pixels), density);
        foreach (var kernel in windows)
            foreach (var (height, width) in new[] { (1, 1), (2, 5), (19, 40) })
                if (kernel.Supports(device, new ConvolutionShape(3, 12, height, width)).IsSupported)
                    Compare(device, kernel, new ConvolutionShape(3, 12, height, width), 0.6);
    }

    [Fact]
    public void Strips_longer_than_one_tile_meet()
    {
        using var device = new CpuDevice(2);
        Compare(device, Fours, new ConvolutionShape(5, 8, 61, 63), 0.5);
        Compare(device, Stem, new ConvolutionShape(3, 4, 97, 101), 0.5);
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        var (dense, mask) = GroupedWeights.Draw(1, 64, 100, 4, 0.4);
        var packed = BlockMatrix.Pack(dense, mask, 4, 1);
        var x = RandomValues.Normal(2, 100 * 123);
        var results = new[] { 1, 2, 5 }.Select(threads =>
        {
            using var device = new CpuDevice(threads);
            using var weights = Fours.Pack(device, packed);
            using var input = new GuardedTensor(device, ElementType.Float32, 100, 123);
            using var output = new GuardedTensor(device, ElementType.Float32, 64, 123);
            input.Write(x);
            using var plan = Fours.Plan(device, new ConvolutionShape(100, 64, 1, 123));
            plan.Run(input.Tensor, weights, output.Tensor);
            return output.Read("output");
        }).ToArray();
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("simulator")]
    public void Arguments_that_do_not_fit_are_refused_before_a_write(string name)
    {
        using var device = TestDevices.Open(name);
        var (dense, mask) = GroupedWeights.Draw(1, 8, 6, 4, 0.5);
        var packed = BlockMatrix.Pack(dense, mask, 4, 1);
        using var weights = Fours.Pack(device, packed);
        using var plan = Fours.Plan(device, new ConvolutionShape(6, 8, 5, 10));
        using var input = new GuardedTensor(device, ElementType.Float32, 6, 50);
        using var output = new GuardedTensor(device, ElementType.Float32, 8, 50);
        using var wide = new GuardedTensor(device, ElementType.Float32, 8, 51);
        input.Write(RandomValues.Normal(1, 300));
        Refused("51", () => plan.Run(input.Tensor, weights, wide.Tensor));
        Refused("[6, 50]", () => plan.Run(output.Tensor, weights, output.Tensor));
        Refused("no weights", () => plan.Run(input.Tensor, null!, output.Tensor));
        Refused("residual", () => plan.Run(input.Tensor, weights, output.Tensor, wide.Tensor));
        Refused("groups of 4", () => Fours.Pack(device, BlockMatrix.Pack(dense, mask, 2, 1)));
        Refused("9 weights", () => Same.Pack(device, packed));
        Refused("7 biases", () => Fours.Pack(device, packed, new float[7]));
        Refused("10 outputs", () => Fours.Plan(device, new ConvolutionShape(6, 10, 5, 10)));
        Refused("0 × 3", () => Fours.Plan(device, new ConvolutionShape(6, 8, 0, 3)));
        Refused("does not fit", () => Narrow.Plan(device, new ConvolutionShape(6, 8, 2, 9)));
        Refused("no program", () => Fours.Plan(new NullDevice(), new ConvolutionShape(6, 8, 5, 10)));
        output.Read("output"); // guards untouched
    }

    private static void Compare(Device device, ConvolutionKernel kernel, ConvolutionShape shape, double density)
    {
        var (window, groupRows) = (kernel.Declaration.Window, kernel.Declaration.GroupRows);
        var columns = shape.Inputs * window.Taps;
        var (dense, mask) = GroupedWeights.Draw(shape.Outputs + columns, shape.Outputs, columns, groupRows, density);
        var bias = RandomValues.Normal(3, shape.Outputs);
        using var weights = kernel.Pack(device, BlockMatrix.Pack(dense, mask, groupRows, 1), bias);
        using var plan = kernel.Plan(device, shape);
        var x = RandomValues.Normal(shape.Pixels, shape.Inputs * shape.Pixels);
        using var input = new GuardedTensor(device, ElementType.Float32, shape.Inputs, shape.Pixels, gap: window.Side == 1 ? 5 : 0);
        using var output = new GuardedTensor(device, ElementType.Float32, shape.Outputs, plan.OutputPixels, gap: 3);
        using var residual = new GuardedTensor(device, ElementType.Float32, shape.Outputs, plan.OutputPixels, gap: 2);
        input.Write(x);
        var added = RandomValues.Normal(4, shape.Outputs * plan.OutputPixels);
        residual.Write(added);
        Func<double, double>? epilogue = kernel.Declaration.Epilogue is null ? null : value => Math.Clamp(value, 0, 6);
        foreach (var withResidual in new[] { false, true })
        {
            plan.Run(input.Tensor, weights, output.Tensor, withResidual ? residual.Tensor : default);
            var expected = ConvolutionOracle.Convolve(x, dense, bias, withResidual ? added : null, shape, window, epilogue: epilogue);
            Tolerance.AssertClose(expected, output.Read("output"), ElementType.Float32, $"{kernel} {shape}");
        }
    }

    private static float Relu6(float x) => MathF.Min(MathF.Max(x, 0f), 6f);

    private static void Refused(string value, Action act) => Assert.Contains(value, Assert.Throws<KernelException>(act).Message);
}
