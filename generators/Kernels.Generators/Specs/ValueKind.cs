namespace Kernels.Generators.Specs;

/// <summary>The types an inlined user method may compute with.</summary>
internal enum ValueKind
{
    Bool,
    Int,
    Float,
}
