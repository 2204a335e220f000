using System.ComponentModel;

namespace Kernels;

/// <summary>One lowering of a declared depthwise convolution; generated code derives from the families below it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class DepthwiseProgram : KernelProgram<DepthwiseDeclaration, DepthwiseShape, DepthwisePlan>;
