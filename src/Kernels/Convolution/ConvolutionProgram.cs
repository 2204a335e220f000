using System.ComponentModel;

namespace Kernels;

/// <summary>One lowering of a declared convolution; generated code derives from the families below it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ConvolutionProgram : KernelProgram<ConvolutionDeclaration, ConvolutionShape, ConvolutionPlan>
{
    /// <summary>Packs weights and bias, whose sizes agree, for this lowering.</summary>
    /// <exception cref="KernelException">They are too large for it.</exception>
    public abstract ConvolutionWeights Pack(Device device, ConvolutionDeclaration declaration, BlockMatrix source, ReadOnlySpan<float> bias);
}
