namespace Kernels;

/// <summary>A declared depthwise convolution of one image: output[c] = epilogue(window[c] ∗ input[c] + bias[c]), channels first, fp32.</summary>
/// <remarks>Obtained from a <c>static partial</c> property carrying <see cref="DepthwiseConvolutionAttribute"/>. Immutable and thread-safe.</remarks>
public sealed class DepthwiseKernel
{
    private readonly CpuDepthwiseProgram[] _programs;

    /// <summary>Called by generated code.</summary>
    public DepthwiseKernel(DepthwiseDeclaration declaration, params CpuDepthwiseProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = programs;
    }

    /// <summary>What was declared.</summary>
    public DepthwiseDeclaration Declaration { get; }

    /// <summary>Whether <paramref name="device"/> can run this kernel on <paramref name="shape"/>, and if not, why.</summary>
    public Support Supports(Device device, in DepthwiseShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (Find(device) is null) return Support.No($"no program was generated for device {device.Name}; convolutions run on the cpu device");
        if (shape.Channels < 1) return Support.No($"{shape.Channels} channels must be at least 1");
        return Declaration.Window.Fits(shape.Height, shape.Width);
    }

    /// <summary>Checks once and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public DepthwisePlan Plan(Device device, in DepthwiseShape shape)
    {
        var support = Supports(device, shape);
        if (!support.IsSupported)
            throw new KernelException(Declaration.Name, device.Name, shape.ToString(), support.Reason!, "Change the shape or declare another kernel.");
        return new DepthwisePlan((CpuDevice)device, Declaration, shape, Find(device)!);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} ({Declaration.Window.Side}×{Declaration.Window.Side} depthwise, {Declaration.Hash})";

    private CpuDepthwiseProgram? Find(Device device) => Array.Find(_programs, program => program.Targets(device));
}
