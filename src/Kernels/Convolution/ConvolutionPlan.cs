namespace Kernels;

/// <summary>A convolution made ready for one device and one shape. Running it allocates nothing.</summary>
/// <remarks>One run at a time.</remarks>
public abstract class ConvolutionPlan : IDisposable
{
    /// <summary>Creates the plan.</summary>
    protected ConvolutionPlan(Device device, ConvolutionDeclaration declaration, in ConvolutionShape shape)
    {
        (Device, Declaration, Shape) = (device, declaration, shape);
        OutputPixels = declaration.Window.Count(shape.Height) * declaration.Window.Count(shape.Width);
    }

    /// <summary>What was declared.</summary>
    public ConvolutionDeclaration Declaration { get; }

    /// <summary>What a run holds.</summary>
    public ConvolutionShape Shape { get; }

    /// <summary>Pixels of an output channel.</summary>
    public int OutputPixels { get; }

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>Bytes the plan holds between runs.</summary>
    public abstract long WorkspaceBytes { get; }

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
        if (ImageTensors.Overlap(input, output)) throw Refuse("an output that overlaps the input", "convolutions are not computed in place", "Pass another output tensor.");
        if (residual.Buffer is not null && !ImageTensors.AreSame(residual, output) && ImageTensors.Overlap(residual, output))
            throw Refuse("an output that overlaps a part of the residual", "they must be the same tensor or apart", "Pass another output tensor.");
        RunCore(input, weights, output, residual);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Launches the checked run.</summary>
    protected abstract void RunCore(in Tensor input, ConvolutionWeights weights, in Tensor output, in Tensor residual);

    private void Check(string what, in Tensor tensor, int rows, int columns)
    {
        if (ImageTensors.Flaw(what, tensor, Device, rows, columns) is var (received, limit, remedy)) throw Refuse(received, limit, remedy);
    }

    private KernelException Refuse(string received, string limit, string remedy) => new(Declaration.Name, Device.Name, received, limit, remedy);
}
