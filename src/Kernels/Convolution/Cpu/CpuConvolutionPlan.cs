namespace Kernels;

/// <summary>A convolution on the processor.</summary>
/// <remarks>Every output is summed by one thread in the order of its packed weights: results do not depend on the threads.</remarks>
internal sealed unsafe class CpuConvolutionPlan : ConvolutionPlan
{
    private readonly PanelSource _source;
    private readonly PixelStrips _strips;
    private readonly DenseContraction _dense;

    public CpuConvolutionPlan(CpuDevice device, ConvolutionDeclaration declaration, in ConvolutionShape shape, CpuConvolutionProgram program)
        : base(device, declaration, shape)
    {
        var isPointwise = declaration.Window is { Side: 1, Stride: 1, Padding: 0 };
        _source = isPointwise ? new ChannelPanels(shape.Inputs) : new WindowPanels(device, declaration.Window, shape);
        _strips = new PixelStrips(device, program, _source, shape.Outputs, OutputPixels);
        _dense = DenseContraction.Plan(device, program.Dense, _source, shape.Outputs, OutputPixels);
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _strips.WorkspaceBytes + _dense.WorkspaceBytes;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _strips.Dispose();
        _dense.Dispose();
    }

    /// <inheritdoc/>
    protected override void RunCore(in Tensor input, ConvolutionWeights weights, in Tensor output, in Tensor residual)
    {
        float* added = residual.Buffer is null ? null : CpuPixels.First(residual), y = CpuPixels.First(output);
        var addedStride = added == null ? 0 : residual.Stride(0);
        _source.Begin(CpuPixels.First(input), input.Stride(0));
        if (weights is CpuDenseWeights dense)
            _dense.Run(new DenseRun
            {
                Filters = dense.Values, Bias = dense.Bias, Residual = added, ResidualStride = addedStride, Output = y, OutputStride = output.Stride(0),
            });
        else _strips.Run((CpuConvolutionWeights)weights, added, addedStride, y, output.Stride(0));
    }
}
