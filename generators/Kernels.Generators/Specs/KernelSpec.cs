namespace Kernels.Generators.Specs;

/// <summary>Everything the emitters know about one declared kernel. Equatable; holds no symbol, syntax or location.</summary>
internal abstract record KernelSpec(HostSpec Host);
