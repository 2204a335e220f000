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
    private readonly CpuConvolutionProgram[] _programs;

    /// <summary>Called by generated code.</summary>
    public ConvolutionKernel(ConvolutionDeclaration declaration, params CpuConvolutionProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = programs;
    }

    /// <summary>What was declared.</summary>
    public ConvolutionDeclaration Declaration { get; }

    /// <summary>Whether <paramref name="device"/> can run this kernel on <paramref name="shape"/>, and if not, why.</summary>
    public Support Supports(Device device, in ConvolutionShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (Find(device) is null) return Support.No($"no program was generated for device {device.Name}; convolutions run on the cpu device");
        if (shape.Inputs < 1 || shape.Outputs < 1) return Support.No($"inputs {shape.Inputs} and outputs {shape.Outputs} must each be at least 1");
        if (shape.Outputs % Declaration.GroupRows != 0) return Support.No($"{shape.Outputs} outputs are not a multiple of groups of {Declaration.GroupRows}");
        return Declaration.Window.Fits(shape.Height, shape.Width);
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
        if (Find(device) is not { } program || device is not CpuDevice cpu)
            throw Refuse(device, $"{source}", "no program was generated for the device", "Choose the cpu device.");
        if (source.BlockRows != Declaration.GroupRows || source.BlockColumns != 1)
            throw Refuse(device, $"{source}", $"the kernel reads groups of {Declaration.GroupRows}", "Pack the matrix with the kernel's groups.");
        if (source.Columns % Declaration.Window.Taps != 0)
            throw Refuse(device, $"{source}", $"a window has {Declaration.Window.Taps} weights for each input", "Lay the weights out as [outputs, inputs × taps].");
        if (!bias.IsEmpty && bias.Length != source.Rows)
            throw Refuse(device, $"{bias.Length} biases", $"there are {source.Rows} outputs", "Pass one for each output, or none.");
        if ((long)source.Columns * program.PitchBytes > int.MaxValue)
            throw Refuse(device, $"{source}", $"at most {int.MaxValue / program.PitchBytes} columns can be indexed", "Split the inputs.");
        return new ConvolutionWeights(cpu, source, bias, program.TileRows, program.PitchBytes);
    }

    /// <summary>Checks once and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public ConvolutionPlan Plan(Device device, in ConvolutionShape shape)
    {
        var support = Supports(device, shape);
        if (!support.IsSupported) throw Refuse(device, shape.ToString(), support.Reason!, "Change the shape or declare another kernel.");
        return new ConvolutionPlan((CpuDevice)device, Declaration, shape, Find(device)!);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} (groups of {Declaration.GroupRows}, {Declaration.Hash})";

    private CpuConvolutionProgram? Find(Device device) => Array.Find(_programs, program => program.Targets(device));

    private KernelException Refuse(Device device, string received, string limit, string remedy) => new(Declaration.Name, device.Name, received, limit, remedy);
}
