using Kernels.Testing;
using Xunit;

namespace Kernels.Tests;

public sealed class GroupConvolutionTests
{
    public static TheoryData<string> Gpus => ["opencl", "simulator", PtxDevices.Name];

    public static TheoryData<int, int> Processors => [.. from bits in new[] { 128, 256, 512 } from threads in new[] { 1, 3 } select (bits, threads)];

    [Theory]
    [MemberData(nameof(Processors))]
    public void Pointwise_outputs_are_those_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in Convolutions.Pointwise)
            foreach (var (outputs, inputs, density) in new[] { (16, 1, 1.0), (32, 33, 0.3), (48, 20, 0.05), (16, 64, 0.9) })
                foreach (var pixels in new[] { 1, 3, 7, 8, 17, 49, 196, 400 })
                    new ConvolutionCase(kernel, new ConvolutionShape(inputs, outputs, 1, pixels), density).Check(device);
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Channels_that_begin_with_a_cache_line_give_the_outputs_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in Convolutions.Pointwise)
            foreach (var (outputs, inputs, density) in new[] { (16, 1, 1.0), (32, 40, 0.3), (96, 20, 0.05), (128, 17, 0.9) })
                foreach (var (pixels, gap) in new[] { (16, 0), (400, 0), (1024, 0), (403, 13) })
                    new ConvolutionCase(kernel, new ConvolutionShape(inputs, outputs, 1, pixels), density) { InputGap = gap }.Check(device);
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Windows_are_those_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in Convolutions.Windows)
            foreach (var (height, width) in new[] { (1, 1), (2, 5), (7, 7), (8, 13), (14, 3), (19, 40) })
                if (kernel.Supports(device, new ConvolutionShape(3, 12, height, width)).IsSupported)
                    new ConvolutionCase(kernel, new ConvolutionShape(3, 12, height, width), 0.6).Check(device);
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Weights_that_are_all_kept_give_the_outputs_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var kernel in Convolutions.Pointwise)
            foreach (var (outputs, inputs) in new[] { (16, 5), (80, 33), (112, 300) })
                foreach (var pixels in new[] { 1, 8, 49, 203 })
                    new ConvolutionCase(kernel, new ConvolutionShape(inputs, outputs, 1, pixels), 1).Check(device);
        foreach (var kernel in Convolutions.Windows)
            if (kernel.Supports(device, new ConvolutionShape(7, 44, 9, 13)).IsSupported)
                new ConvolutionCase(kernel, new ConvolutionShape(7, 44, 9, 13), 1).Check(device);
    }

    [Theory]
    [MemberData(nameof(Processors))]
    public void Filters_larger_than_a_cache_give_the_outputs_of_the_definition(int vectorBits, int threads)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        foreach (var (kernel, outputs) in new[] { (Convolutions.Fours, 260), (Convolutions.Sixteens, 272), (Convolutions.Unstructured, 257) })
            foreach (var pixels in new[] { 1, 5, 49, 250 })
                new ConvolutionCase(kernel, new ConvolutionShape(258, outputs, 1, pixels), 1).Check(device);
        new ConvolutionCase(Convolutions.Same, new ConvolutionShape(60, 124, 3, 11), 1).Check(device);
    }

    [Theory]
    [MemberData(nameof(Gpus))]
    public void Gpus_agree_with_the_definition(string name)
    {
        using var device = TestDevices.Open(name);
        foreach (var convolution in ConvolutionCases.Groups(name)) convolution.Check(device);
    }

    [Fact]
    public void Strips_longer_than_one_tile_meet()
    {
        using var device = new CpuDevice(2);
        new ConvolutionCase(Convolutions.Fours, new ConvolutionShape(5, 8, 61, 63), 0.5).Check(device);
        new ConvolutionCase(Convolutions.Stem, new ConvolutionShape(3, 4, 97, 101), 0.5).Check(device);
    }

    [Theory]
    [InlineData(64, 100, 0.4)]
    [InlineData(64, 100, 1)]
    [InlineData(264, 260, 1)]
    public void Threads_do_not_change_a_bit(int outputs, int inputs, double density)
    {
        var (dense, mask) = GroupedWeights.Draw(1, outputs, inputs, 4, density);
        var packed = BlockMatrix.Pack(dense, mask, 4, 1);
        var x = RandomValues.Normal(2, inputs * 123);
        var results = new[] { 1, 2, 5 }.Select(threads =>
        {
            using var device = new CpuDevice(threads);
            using var weights = Convolutions.Fours.Pack(device, packed);
            using var input = new GuardedTensor(device, ElementType.Float32, inputs, 123);
            using var output = new GuardedTensor(device, ElementType.Float32, outputs, 123);
            input.Write(x);
            using var plan = Convolutions.Fours.Plan(device, new ConvolutionShape(inputs, outputs, 1, 123));
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
        using var weights = Convolutions.Fours.Pack(device, packed);
        using var plan = Convolutions.Fours.Plan(device, new ConvolutionShape(6, 8, 5, 10));
        using var input = new GuardedTensor(device, ElementType.Float32, 6, 50);
        using var output = new GuardedTensor(device, ElementType.Float32, 8, 50);
        using var wide = new GuardedTensor(device, ElementType.Float32, 8, 51);
        input.Write(RandomValues.Normal(1, 300));
        Refused("51", () => plan.Run(input.Tensor, weights, wide.Tensor));
        Refused("[6, 50]", () => plan.Run(output.Tensor, weights, output.Tensor));
        Refused("no weights", () => plan.Run(input.Tensor, null!, output.Tensor));
        Refused("residual", () => plan.Run(input.Tensor, weights, output.Tensor, wide.Tensor));
        Refused("groups of 4", () => Convolutions.Fours.Pack(device, BlockMatrix.Pack(dense, mask, 2, 1)));
        Refused("9 weights", () => Convolutions.Same.Pack(device, packed));
        Refused("7 biases", () => Convolutions.Fours.Pack(device, packed, new float[7]));
        Refused("10 outputs", () => Convolutions.Fours.Plan(device, new ConvolutionShape(6, 10, 5, 10)));
        Refused("0 × 3", () => Convolutions.Fours.Plan(device, new ConvolutionShape(6, 8, 0, 3)));
        Refused("does not fit", () => Convolutions.Narrow.Plan(device, new ConvolutionShape(6, 8, 2, 9)));
        Refused("no program", () => Convolutions.Fours.Plan(new NullDevice(), new ConvolutionShape(6, 8, 5, 10)));
        output.Read("output"); // guards untouched
    }

    private static void Refused(string value, Action act) => Assert.Contains(value, Assert.Throws<KernelException>(act).Message);
}
