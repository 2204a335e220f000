namespace Kernels.Generators.Specs;

/// <summary>Mirrors the run-time <c>AttentionPattern</c>; member names are printed into generated code.</summary>
internal enum AttentionPatternKind
{
    Dense,
    Masked,
    Anchor,
    Indexed,
    Selected,
    Routed,
}
