using Kernels.Perf.Rows;

namespace Kernels.Gpu.Rows;

/// <summary>A convolution of one square image, fp32, channels first.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Kernel">What convolves.</param>
/// <param name="Channels">Channels in and out.</param>
/// <param name="Side">Pixels of a side.</param>
/// <param name="Dropped">Per cent of the groups that are dropped.</param>
internal sealed record ConvolutionRow(string Name, ConvolutionKernel Kernel, int Channels, int Side, int Dropped, params RowTarget[] Targets)
    : GpuRow(Name, RowLimit.Lanes, Targets)
{
    private ConvolutionWindow Window => Kernel.Declaration.Window;

    public override string Description => $"{Window.Side}×{Window.Side}, {Channels} channels, {Side}×{Side} pixels, {Dropped} % of groups of {Kernel.Declaration.GroupRows} dropped";

    public override IReadOnlyDictionary<string, object> Shape => new Dictionary<string, object>
    {
        ["kind"] = "convolution", ["channels"] = Channels, ["side"] = Side, ["window"] = Window.Side, ["padding"] = Window.Padding, ["groups"] = 1,
    };

    protected override PreparedRow Prepare(Device device)
    {
        var shape = new ConvolutionShape(Channels, Channels, Side, Side);
        var plan = Kernel.Plan(device, shape);
        var prepared = new PreparedRow { Run = _ => { } };
        prepared.Keep(plan);
        try
        {
            var columns = Channels * Window.Taps;
            var (mask, density) = WeightPattern.Blocks(Kernel.Declaration.GroupRows, 1, Dropped).Choose(Channels, columns);
            var matrix = BlockMatrix.Pack(RandomData.Normal(Channels * columns, 1), mask!, Kernel.Declaration.GroupRows, 1);
            var weights = prepared.Keep(Kernel.Pack(device, matrix));
            var (input, output) = (prepared.Image(device, Channels, Side * Side, 2), prepared.Image(device, Channels, plan.OutputPixels, 3));
            prepared.Run = _ => plan.Run(input, weights, output);
            prepared.Operations = () => 2.0 * density * Channels * columns * plan.OutputPixels;
            prepared.Bytes = weights.ByteLength + input.Buffer.ByteLength + output.Buffer.ByteLength;
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }
}
