namespace Kernels;

/// <summary>A depthwise convolution made ready for one device and one shape. Running it allocates nothing.</summary>
/// <remarks>One run at a time.</remarks>
public abstract class DepthwisePlan : IDisposable
{
    /// <summary>Creates the plan.</summary>
    protected DepthwisePlan(Device device, DepthwiseDeclaration declaration, in DepthwiseShape shape)
    {
        (Device, Declaration, Shape) = (device, declaration, shape);
        OutputPixels = declaration.Window.Count(shape.Height) * declaration.Window.Count(shape.Width);
    }

    /// <summary>What was declared.</summary>
    public DepthwiseDeclaration Declaration { get; }

    /// <summary>What a run holds.</summary>
    public DepthwiseShape Shape { get; }

    /// <summary>Pixels of an output channel.</summary>
    public int OutputPixels { get; }

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>Bytes the plan holds between runs.</summary>
    public abstract long WorkspaceBytes { get; }

    /// <summary>Computes output[c] = epilogue(weights[c] ∗ input[c] + bias[c]).</summary>
    /// <param name="input">fp32 [channels, pixels].</param>
    /// <param name="weights">fp32 [channels, taps], rows of a window after each other.</param>
    /// <param name="bias">fp32 [1, channels].</param>
    /// <param name="output">fp32 [channels, output pixels], apart from the input.</param>
    /// <exception cref="KernelException">An argument does not fit the plan; nothing was written.</exception>
    public void Run(in Tensor input, in Tensor weights, in Tensor bias, in Tensor output)
    {
        Check("input", input, Shape.Channels, Shape.Height * Shape.Width);
        Check("weights", weights, Shape.Channels, Declaration.Window.Taps);
        Check("bias", bias, 1, Shape.Channels);
        Check("output", output, Shape.Channels, OutputPixels);
        if (output.Stride(0) < output[1] && output[0] > 1)
            throw Refuse($"output channels {output.Stride(0)} elements apart", $"a channel has {output[1]} pixels", "Pass a tensor whose channels do not overlap.");
        if (ImageTensors.Overlap(input, output)) throw Refuse("an output that overlaps the input", "convolutions are not computed in place", "Pass another output tensor.");
        RunCore(input, weights, bias, output);
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Launches the checked run.</summary>
    protected abstract void RunCore(in Tensor input, in Tensor weights, in Tensor bias, in Tensor output);

    private void Check(string what, in Tensor tensor, int rows, int columns)
    {
        if (ImageTensors.Flaw(what, tensor, Device, rows, columns) is var (received, limit, remedy)) throw Refuse(received, limit, remedy);
    }

    private KernelException Refuse(string received, string limit, string remedy) => new(Declaration.Name, Device.Name, received, limit, remedy);
}
