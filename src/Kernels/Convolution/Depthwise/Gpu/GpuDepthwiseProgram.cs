using System.ComponentModel;

namespace Kernels;

/// <summary>A depthwise convolution for one ILGPU lowering. Generated code supplies the kernel.</summary>
/// <param name="lowering">The devices it is for.</param>
/// <param name="threads">Threads of a group.</param>
/// <param name="pixels">Output pixels of a thread.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuDepthwiseProgram(GpuLowering lowering, int threads, int pixels) : DepthwiseProgram
{
    /// <summary>The kernel.</summary>
    public abstract Delegate Convolve { get; }

    /// <summary>Its threads.</summary>
    internal GpuWindows Windows => new(threads, pixels);

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is IlgpuDevice gpu && gpu.Lowering == lowering;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, DepthwiseDeclaration declaration, in DepthwiseShape shape) =>
        GpuWindows.Fit(device, Source(declaration), shape.Channels);

    /// <inheritdoc/>
    public sealed override DepthwisePlan Plan(Device device, DepthwiseDeclaration declaration, in DepthwiseShape shape) =>
        new GpuDepthwisePlan((IlgpuDevice)device, declaration, shape, this);

    /// <summary>The kernel for a device's compiler.</summary>
    internal GpuKernelSource Source(DepthwiseDeclaration declaration) => new(
        $"{declaration.Name}: depthwise, window {declaration.Window.Side}, stride {declaration.Window.Stride}", Convolve, threads, 0);

    /// <inheritdoc/>
    internal sealed override IEnumerable<GpuKernelSource> GpuSources(DepthwiseDeclaration declaration, GpuLowering wanted) =>
        wanted == lowering ? [Source(declaration)] : [];
}
