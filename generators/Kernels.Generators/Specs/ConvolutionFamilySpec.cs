namespace Kernels.Generators.Specs;

/// <summary>One declared convolution for several sizes of groups.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="Members">The kernel of each size, ascending.</param>
internal sealed record ConvolutionFamilySpec(HostSpec Host, EquatableArray<ConvolutionSpec> Members) : KernelSpec(Host);
