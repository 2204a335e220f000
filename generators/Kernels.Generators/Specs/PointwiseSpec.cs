namespace Kernels.Generators.Specs;

/// <summary>A declared pointwise convolution.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="GroupRows">Outputs that share the inputs they use.</param>
internal sealed record PointwiseSpec(HostSpec Host, int GroupRows) : KernelSpec(Host);
