namespace Kernels.Generators.Specs;

/// <summary>A declared depthwise convolution.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="Window">How the window moves.</param>
/// <param name="Epilogue">Applied to every output, or null.</param>
internal sealed record DepthwiseSpec(HostSpec Host, WindowSpec Window, UserMethodSpec? Epilogue) : KernelSpec(Host);
