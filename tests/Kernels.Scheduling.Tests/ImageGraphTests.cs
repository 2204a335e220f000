using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Scheduling.Tests;

public sealed partial class ImageGraphTests
{
    [GroupConvolution(GroupRows = 2)]
    public static partial ConvolutionKernel Pointwise { get; }

    [DepthwiseConvolution(Stride = 2)]
    public static partial DepthwiseKernel Halving { get; }

    [Fact]
    public void An_image_flows_through_convolutions_a_residual_and_the_mean()
    {
        float[] image = RandomValues.Normal(1, 4 * 36), windows = RandomValues.Normal(2, 4 * 9), shift = RandomValues.Normal(3, 4), filters = RandomValues.Normal(4, 16), bias = RandomValues.Normal(5, 4);
        var builder = new GraphBuilder("image");
        var input = builder.Image("image", 4, 36);
        var halved = builder.Depthwise("halved", Halving, new ArrayWeight("windows", 4, 9, windows), new ArrayWeight("shift", 1, 4, shift), input, 6);
        var summed = builder.Convolution("summed", Pointwise, Filters(filters, 4, 4, bias), halved, 3, residual: halved);
        var mean = builder.MeanOfRows("mean", summed);
        var graph = builder.Build(summed, mean);

        using var device = new CpuDevice(2);
        using var weights = new WeightStore(device);
        using var plan = Scheduler.Plan(graph, device, new ShapeClass(1, 1), weights);
        var memory = plan.Input(input, 1);
        memory.Buffer.CopyFrom(MemoryMarshal.AsBytes(image.AsSpan()), memory.Offset * sizeof(float));
        plan.Run(1);

        var first = ConvolutionOracle.Convolve(image, windows, shift, null, new ConvolutionShape(4, 4, 6, 6), new ConvolutionWindow(3, 2, 1), 4);
        var rounded = Array.ConvertAll(first, value => (float)value);
        var second = ConvolutionOracle.Convolve(rounded, filters, bias, rounded, new ConvolutionShape(4, 4, 3, 3), new ConvolutionWindow(1, 1, 0));
        Tolerance.AssertClose(second, Read(plan.Output(summed)), ElementType.Float32, "sum");
        Tolerance.AssertClose(second.Chunk(9).Select(channel => channel.Average()).ToArray(), Read(plan.Output(mean)), ElementType.Float32, "mean");
        Assert.Equal(["depthwise", "convolution", "mean"], plan.Explain().Nodes.Select(node => node.Operation));
    }

    [Fact]
    public void What_does_not_fit_is_refused_when_the_graph_is_built()
    {
        var builder = new GraphBuilder("image");
        var image = builder.Image("image", 4, 36);
        var tokens = builder.Input("hidden", 36);
        Refused("36", () => builder.Convolution("a", Pointwise, Filters(new float[12], 4, 3, new float[4]), image, 5));
        Refused("4 channels", () => builder.Convolution("b", Pointwise, Filters(new float[12], 4, 3, new float[4]), image, 6));
        Refused("[channels, height × width]", () => builder.Convolution("c", Pointwise, Filters(new float[16], 4, 4, new float[4]), tokens, 6));
        Refused("residual", () => builder.Convolution("d", Pointwise, Filters(new float[8], 2, 4, new float[2]), image, 6, residual: image));
        Refused("bias", () => builder.Depthwise("e", Halving, new ArrayWeight("w", 4, 9, new float[36]), new ArrayWeight("b", 1, 3, new float[3]), image, 6));
        Refused("windows", () => builder.Depthwise("f", Halving, new ArrayWeight("w", 4, 4, new float[16]), new ArrayWeight("b", 1, 4, new float[4]), image, 6));
        Refused("rows that does not change", () => builder.MeanOfRows("g", tokens));
        Refused("3 biases", () => Filters(new float[16], 4, 4, new float[3]));

        static void Refused(string part, Action act) => Assert.Contains(part, Assert.Throws<ArgumentException>(act).Message);
    }

    private static ConvolutionFilters Filters(float[] weights, int outputs, int columns, float[] bias) =>
        new("filters", BlockMatrix.Pack(weights, WeightMask.Full(outputs, columns), 2, 1), bias);

    private static float[] Read(Tensor tensor)
    {
        var values = new float[tensor[0] * tensor[1]];
        tensor.Buffer.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()), tensor.Offset * sizeof(float));
        return values;
    }
}
