namespace Kernels.Generators.Specs;

/// <summary>Mirrors the run-time <c>ScorePooling</c>; member names are printed into generated code.</summary>
internal enum PoolingKind
{
    Average,
    Maximum,
}
