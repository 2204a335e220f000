namespace Kernels;

/// <summary>A declared depthwise convolution of one image: output[c] = epilogue(window[c] ∗ input[c] + bias[c]), channels first, fp32.</summary>
/// <remarks>Obtained from a <c>static partial</c> property carrying <see cref="DepthwiseConvolutionAttribute"/>. Immutable and thread-safe.</remarks>
public sealed class DepthwiseKernel
{
    private readonly ProgramChoice<DepthwiseProgram, DepthwiseDeclaration, DepthwiseShape, DepthwisePlan> _programs;

    /// <summary>Called by generated code.</summary>
    public DepthwiseKernel(DepthwiseDeclaration declaration, params DepthwiseProgram[] programs)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        Declaration = declaration;
        _programs = new(declaration.Name, declaration, programs);
    }

    /// <summary>What was declared.</summary>
    public DepthwiseDeclaration Declaration { get; }

    /// <summary>Whether <paramref name="device"/> can run this kernel on <paramref name="shape"/>, and if not, why.</summary>
    public Support Supports(Device device, in DepthwiseShape shape)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (shape.Channels < 1) return Support.No($"{shape.Channels} channels must be at least 1");
        var fits = Declaration.Window.Fits(shape.Height, shape.Width);
        return fits.IsSupported ? _programs.Supports(device, shape) : fits;
    }

    /// <summary>Checks once and returns a plan that runs without allocating.</summary>
    /// <exception cref="KernelException">The device cannot run the kernel on this shape.</exception>
    public DepthwisePlan Plan(Device device, in DepthwiseShape shape) =>
        _programs.Require(device, shape, Supports(device, shape)).Plan(device, Declaration, shape);

    /// <inheritdoc/>
    public override string ToString() => $"{Declaration.Name} ({Declaration.Window.Side}×{Declaration.Window.Side} depthwise, {Declaration.Hash})";

    /// <summary>The ILGPU kernels a device of <paramref name="lowering"/> may be asked to compile.</summary>
    internal IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) => _programs.GpuSources(lowering);
}
