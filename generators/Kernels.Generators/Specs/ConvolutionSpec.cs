namespace Kernels.Generators.Specs;

/// <summary>A declared convolution with groups of outputs.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="GroupRows">Outputs that share the inputs they use.</param>
/// <param name="Window">How the window moves.</param>
/// <param name="Epilogue">Applied to every output, or null.</param>
internal sealed record ConvolutionSpec(HostSpec Host, int GroupRows, WindowSpec Window, UserMethodSpec? Epilogue) : KernelSpec(Host);
