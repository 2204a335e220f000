namespace Kernels.Generators.Specs;

/// <summary>Mirrors the run-time <c>GroupReduction</c>; member names are printed into generated code.</summary>
internal enum ReductionKind
{
    None,
    Any,
    Sum,
    Mean,
    Max,
}
