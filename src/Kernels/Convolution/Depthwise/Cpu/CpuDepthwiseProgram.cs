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

    /// <summary>Computes the windows of one channel, some of them twice: output and plane must be apart.</summary>
    /// <param name="plane">The padded channel.</param>
    /// <param name="pitch">Floats between padded rows.</param>
    /// <param name="odd">Floats from a row's even columns to its odd ones, where windows move by two; then each kind lies side by side.</param>
    /// <param name="weights">[taps].</param>
    /// <param name="bias">Added to every output.</param>
    /// <param name="output">[rows, columns]; a vector longer where columns do not fill one.</param>
    /// <param name="rows">Rows of windows.</param>
    /// <param name="columns">Windows of a row.</param>
    public abstract void Channel(float* plane, long pitch, long odd, float* weights, float bias, float* output, int rows, int columns);
}
