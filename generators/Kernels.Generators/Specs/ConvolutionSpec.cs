namespace Kernels.Generators.Specs;

/// <summary>A declared convolution with groups of outputs.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="GroupRows">Outputs that share the inputs they use.</param>
/// <param name="Window">Side of the window.</param>
/// <param name="Stride">Pixels from one window to the next.</param>
/// <param name="Padding">Zeros around the image.</param>
/// <param name="Epilogue">Applied to every output, or null.</param>
internal sealed record ConvolutionSpec(HostSpec Host, int GroupRows, int Window, int Stride, int Padding, UserMethodSpec? Epilogue) : KernelSpec(Host);
