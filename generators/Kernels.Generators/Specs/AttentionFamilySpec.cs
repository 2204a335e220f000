namespace Kernels.Generators.Specs;

/// <summary>One declared pattern for several head dimensions.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="Members">The kernel of each head dimension, ascending.</param>
internal sealed record AttentionFamilySpec(HostSpec Host, EquatableArray<AttentionSpec> Members) : KernelSpec(Host);
