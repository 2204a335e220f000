namespace Kernels;

/// <summary>A convolution on the processor.</summary>
/// <remarks>Every output is summed by one thread in the order of its stored weights: results do not depend on the threads.</remarks>
internal sealed unsafe class CpuConvolutionPlan : ConvolutionPlan
{
    private readonly PixelStrips _strips;

    public CpuConvolutionPlan(CpuDevice device, ConvolutionDeclaration declaration, in ConvolutionShape shape, CpuConvolutionProgram program)
        : base(device, declaration, shape)
    {
        var isPointwise = declaration.Window is { Side: 1, Stride: 1, Padding: 0 };
        PanelSource source = isPointwise ? new ChannelPanels(shape.Inputs) : new WindowPanels(device, declaration.Window, shape);
        _strips = new PixelStrips(device, program, source, shape.Outputs, OutputPixels);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _strips.WorkspaceBytes;

    /// <inheritdoc/>
    public override void Dispose() => _strips.Dispose();

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, ConvolutionWeights weights, in Tensor output, in Tensor residual)
    {
        var added = residual.Buffer is null ? null : CpuPixels.First(residual);
        _strips.Run(
            CpuPixels.First(input), input.Stride(0), (CpuConvolutionWeights)weights, added, added == null ? 0 : residual.Stride(0), CpuPixels.First(output), output.Stride(0));
    }
}
