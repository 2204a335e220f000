using System.ComponentModel;

namespace Kernels;

/// <summary>A depthwise convolution on the processor for one vector width; generated code supplies the loops over a channel.</summary>
/// <param name="vectorBits">Width of the vectors.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CpuDepthwiseProgram(int vectorBits) : DepthwiseProgram
{
    /// <summary>Pixels of a vector.</summary>
    public int Lanes => vectorBits / 32;

    /// <inheritdoc/>
    public sealed override bool Targets(Device device) => device is CpuDevice cpu && cpu.VectorBits == vectorBits;

    /// <inheritdoc/>
    public sealed override Support Supports(Device device, DepthwiseDeclaration declaration, in DepthwiseShape shape) => Support.Yes;

    /// <inheritdoc/>
    public sealed override DepthwisePlan Plan(Device device, DepthwiseDeclaration declaration, in DepthwiseShape shape) =>
        new CpuDepthwisePlan((CpuDevice)device, declaration, shape, this);

    /// <summary>Computes the windows of one channel, some of them twice: output and image must be apart.</summary>
    /// <param name="channel">The channel.</param>
    public abstract void Channel(DepthwiseChannel* channel);
}
