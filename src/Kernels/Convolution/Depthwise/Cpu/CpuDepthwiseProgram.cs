using System.ComponentModel;

namespace Kernels;

/// <summary>A depthwise convolution on the processor for one vector width; generated code supplies the loop over a row.</summary>
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

    /// <summary>Computes a row of windows of one channel.</summary>
    /// <param name="image">The padded row that the first row of the windows lies on.</param>
    /// <param name="pitch">Floats between padded rows.</param>
    /// <param name="odd">Floats from a row's even columns to its odd ones, where windows move by two; then each kind lies side by side.</param>
    /// <param name="weights">[taps].</param>
    /// <param name="bias">Added to every output.</param>
    /// <param name="output">Where whole vectors of outputs go.</param>
    /// <param name="vectors">Vectors.</param>
    public abstract void Row(float* image, long pitch, long odd, float* weights, float bias, float* output, int vectors);
}
