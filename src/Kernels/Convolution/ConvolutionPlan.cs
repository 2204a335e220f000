namespace Kernels;

/// <summary>A convolution made ready for one device and one shape. Running it allocates nothing.</summary>
/// <remarks>One run at a time. Every output is summed by one thread in the order of its stored weights: results do not depend on the threads.</remarks>
public sealed unsafe class ConvolutionPlan : IDisposable
{
    private readonly CpuDevice _device;
    private readonly PixelStrips _strips;

    internal ConvolutionPlan(CpuDevice device, ConvolutionDeclaration declaration, in ConvolutionShape shape, CpuConvolutionProgram program)
    {
        (_device, Declaration, Shape) = (device, declaration, shape);
        var window = declaration.Window;
        OutputPixels = window.Count(shape.Height) * window.Count(shape.Width);
        PanelSource source = window is { Side: 1, Stride: 1, Padding: 0 } ? new ChannelPanels(shape.Inputs) : new WindowPanels(window, shape);
        _strips = new PixelStrips(device, program, source, shape.Outputs, OutputPixels);
    }

    /// <summary>What was declared.</summary>
    public ConvolutionDeclaration Declaration { get; }

    /// <summary>What a run holds.</summary>
    public ConvolutionShape Shape { get; }

    /// <summary>Pixels of an output channel.</summary>
    public int OutputPixels { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => _device;

    /// <summary>Bytes the plan holds between runs.</summary>
    public long WorkspaceBytes => _strips.WorkspaceBytes;

    /// <summary>Computes output = epilogue(W·windows + bias + residual).</summary>
    /// <param name="input">fp32 [inputs, pixels].</param>
    /// <param name="weights">Weights packed by this plan's kernel for this device.</param>
    /// <param name="output">fp32 [outputs, output pixels], apart from the input.</param>
    /// <param name="residual">fp32 [outputs, output pixels], or none; may be the output.</param>
    /// <exception cref="KernelException">An argument does not fit the plan; nothing was written.</exception>
    public void Run(in Tensor input, ConvolutionWeights weights, in Tensor output, in Tensor residual = default)
    {
        Check("input", input, Shape.Inputs, Shape.Pixels);
        Check("output", output, Shape.Outputs, OutputPixels);
        if (residual.Buffer is not null) Check("residual", residual, Shape.Outputs, OutputPixels);
        var columns = Shape.Inputs * Declaration.Window.Taps;
        if (weights is null || weights.Device != Device || weights.Columns != columns || weights.Outputs != Shape.Outputs || weights.GroupRows != Declaration.GroupRows)
            throw Refuse(
                weights is null ? "no weights" : $"[{weights.Outputs}, {weights.Columns}] weights in groups of {weights.GroupRows} on {weights.Device.Name}",
                $"[{Shape.Outputs}, {columns}] in groups of {Declaration.GroupRows} on {Device.Name} was planned", "Pack the weights with this kernel for this device.");
        if (output.Stride(0) < output[1] && output[0] > 1)
            throw Refuse($"output channels {output.Stride(0)} elements apart", $"a channel has {output[1]} pixels", "Pass a tensor whose channels do not overlap.");
        if (Overlap(input, output)) throw Refuse("an output that overlaps the input", "convolutions are not computed in place", "Pass another output tensor.");
        var isSame = residual.Buffer is not null && Pointer(residual) == Pointer(output) && residual.Stride(0) == output.Stride(0);
        if (residual.Buffer is not null && !isSame && Overlap(residual, output))
            throw Refuse("an output that overlaps a part of the residual", "they must be the same tensor or apart", "Pass another output tensor.");
        var added = residual.Buffer is null ? null : Pointer(residual);
        _strips.Run(Pointer(input), input.Stride(0), weights, added, added == null ? 0 : residual.Stride(0), Pointer(output), output.Stride(0));
    }

    /// <inheritdoc/>
    public void Dispose() => _strips.Dispose();

    private static float* Pointer(in Tensor tensor) => (float*)((CpuBuffer)tensor.Buffer).Pointer + tensor.Offset;

    private static float* End(in Tensor tensor) => Pointer(tensor) + (tensor[0] - 1) * tensor.Stride(0) + tensor[1];

    private static bool Overlap(in Tensor left, in Tensor right) => Pointer(left) < End(right) && Pointer(right) < End(left);

    private void Check(string what, in Tensor tensor, int channels, int pixels)
    {
        if (tensor.Buffer is null) throw Refuse($"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Matrix.");
        if (tensor.Buffer.Device != Device) throw Refuse($"{what} on {tensor.Buffer.Device.Name}", $"the plan runs on {Device.Name}", "Copy the tensor to the plan's device.");
        if (tensor.Rank != 2 || tensor.Type != ElementType.Float32 || tensor[0] != channels || tensor[1] != pixels)
            throw Refuse($"{what} {tensor}", $"Float32[{channels}, {pixels}] was planned", "Plan again with the tensor's shape.");
    }

    private KernelException Refuse(string received, string limit, string remedy) => new(Declaration.Name, Device.Name, received, limit, remedy);
}
