namespace Kernels;

/// <summary>
/// A declared convolution of one image with channels first: input [inputs, height × width], output [outputs, windows], fp32;
/// output = epilogue(W·windows + bias + residual).
/// </summary>
/// <remarks>
/// A window of 1 is a pointwise convolution, and also a linear layer whose activations are stored one feature after the other.
/// Obtained from a <c>static partial</c> property carrying <see cref="GroupConvolutionAttribute"/>. Immutable and thread-safe.
/// </remarks>
public sealed class ConvolutionKernel
{
    private readonly ProgramChoice<ConvolutionProgram, ConvolutionDeclaration, ConvolutionShape, ConvolutionPlan> _programs;

    /// <summary>Called by generated code.</summary>
    public ConvolutionKernel(ConvolutionDeclaration declaration, params ConvolutionProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = new(declaration.Name, declaration, programs);
    }

    /// <summary>What was declared.</summary>
    public ConvolutionDeclaration Declaration { get; }

    /// <summary>Whether <paramref name="device"/> can run this kernel on <paramref name="shape"/>, and if not, why.</summary>
    public Support Supports(Device device, in ConvolutionShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (shape.Inputs < 1 || shape.Outputs < 1) return Support.No($"inputs {shape.Inputs} and outputs {shape.Outputs} must each be at least 1");
        if (shape.Outputs % Declaration.GroupRows != 0) return Support.No($"{shape.Outputs} outputs are not a multiple of groups of {Declaration.GroupRows}");
        var fits = Declaration.Window.Fits(shape.Height, shape.Width);
        return fits.IsSupported ? _programs.Supports(device, shape) : fits;
    }

    /// <summary>Packs weights once for <paramref name="device"/>.</summary>
    /// <param name="device">Where the weights will be used.</param>
    /// <param name="source">
    /// [outputs, inputs × taps] in groups of this kernel's rows × 1 column; column (input · side + y) · side + x, the order of
    /// [outputs, inputs, side, side] weights.
    /// </param>
    /// <param name="bias">[outputs], added before the epilogue; empty for none.</param>
    /// <exception cref="KernelException">The device cannot hold them, or the groups or the bias are of another size.</exception>
    public ConvolutionWeights Pack(Device device, BlockMatrix source, ReadOnlySpan<float> bias = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(source);
        var program = _programs.On(device);
        if (source.BlockRows != Declaration.GroupRows || source.BlockColumns != 1)
            throw Refuse(device, $"{source}", $"the kernel reads groups of {Declaration.GroupRows}", "Pack the matrix with the kernel's groups.");
        if (source.Columns % Declaration.Window.Taps != 0)
            throw Refuse(device, $"{source}", $"a window has {Declaration.Window.Taps} weights for each input", "Lay the weights out as [outputs, inputs × taps].");
        if (!bias.IsEmpty && bias.Length != source.Rows)
            throw Refuse(device, $"{bias.Length} biases", $"there are {source.Rows} outputs", "Pass one for each output, or none.");
        return program.Pack(device, Declaration, source, bias);
    }

    /// <summary>Checks once and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public ConvolutionPlan Plan(Device device, in ConvolutionShape shape) =>
        _programs.Require(device, shape, Supports(device, shape)).Plan(device, Declaration, shape);

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} (groups of {Declaration.GroupRows}, {Declaration.Hash})";

    /// <summary>The ILGPU kernels a device of <paramref name="lowering"/> may be asked to compile.</summary>
    internal IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) => _programs.GpuSources(lowering);

    private KernelException Refuse(Device device, string received, string limit, string remedy) => new(Declaration.Name, device.Name, received, limit, remedy);
}
