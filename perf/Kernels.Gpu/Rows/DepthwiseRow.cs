namespace Kernels.Gpu.Rows;

/// <summary>A depthwise convolution of one square image, fp32, channels first.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Kernel">What convolves.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Side">Pixels of a side.</param>
internal sealed record DepthwiseRow(string Name, DepthwiseKernel Kernel, int Channels, int Side, params RowTarget[] Targets)
    : GpuRow(Name, RowLimit.Memory, Targets)
{
    private ConvolutionWindow Window => Kernel.Declaration.Window;

    public override string Description => $"{Window.Side}×{Window.Side} depthwise, {Channels} channels, {Side}×{Side} pixels";

    public override IReadOnlyDictionary<string, object> Shape => new Dictionary<string, object>
    {
        ["kind"] = "convolution", ["channels"] = Channels, ["side"] = Side, ["window"] = Window.Side, ["padding"] = Window.Padding, ["groups"] = Channels,
    };

    protected override PreparedRow Prepare(Device device)
    {
        var plan = Kernel.Plan(device, new DepthwiseShape(Channels, Side, Side));
        var prepared = new PreparedRow { Run = _ => { } };
        prepared.Keep(plan);
        try
        {
            var (input, output) = (prepared.Image(device, Channels, Side * Side, 1), prepared.Image(device, Channels, Side * Side, 2));
            var (weights, bias) = (prepared.Image(device, Channels, Window.Taps, 3), prepared.Image(device, 1, Channels, 4));
            prepared.Run = _ => plan.Run(input, weights, bias, output);
            prepared.Operations = () => 2.0 * Channels * Window.Taps * Side * Side;
            prepared.Bytes = (double)input.Buffer.ByteLength + output.Buffer.ByteLength;
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }
}
