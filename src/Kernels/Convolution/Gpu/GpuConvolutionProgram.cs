using System.ComponentModel;

namespace Kernels;

/// <summary>A convolution by groups of outputs for one ILGPU lowering. Generated code supplies the kernel; packing and launching are shared.</summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="threads">Threads of a group.</param>
/// <param name="pixels">Output pixels of a thread.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuConvolutionProgram(GpuLowering lowering, int threads, int pixels) : ConvolutionProgram
{
    /// <summary>The kernel.</summary>
    public abstract Delegate Convolve { get; }

    /// <summary>Its threads.</summary>
    internal GpuWindows Windows => new(threads, pixels);

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is IlgpuDevice gpu && gpu.Lowering == lowering;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, ConvolutionDeclaration declaration, in ConvolutionShape shape) =>
        GpuWindows.Fit(device, Source(declaration), shape.Outputs / declaration.GroupRows);

    /// <inheritdoc/>
    public sealed override ConvolutionWeights Pack(Device device, ConvolutionDeclaration declaration, BlockMatrix source, ReadOnlySpan<float> bias)
    {
        var inputs = source.Columns / declaration.Window.Taps;
        if (inputs > GpuConvolutionWeights.MostInputs)
            throw new KernelException(
                declaration.Name, device.Name, $"{inputs} input channels", $"taps number at most {GpuConvolutionWeights.MostInputs}", "Split the inputs.");
        return new GpuConvolutionWeights((IlgpuDevice)device, source, bias, declaration.Window);
    }

    /// <inheritdoc/>
    public sealed override ConvolutionPlan Plan(Device device, ConvolutionDeclaration declaration, in ConvolutionShape shape) =>
        new GpuConvolutionPlan((IlgpuDevice)device, declaration, shape, this);

    /// <summary>The kernel for a device's compiler.</summary>
    internal GpuKernelSource Source(ConvolutionDeclaration declaration) => new(
        $"{declaration.Name}: groups of {declaration.GroupRows}, window {declaration.Window.Side}, stride {declaration.Window.Stride}", Convolve, threads, 0);

    /// <inheritdoc/>
    internal sealed override IEnumerable<GpuKernelSource> GpuSources(ConvolutionDeclaration declaration, GpuLowering wanted) =>
        wanted == lowering ? [Source(declaration)] : [];
}
