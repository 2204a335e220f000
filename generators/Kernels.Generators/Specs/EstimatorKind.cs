namespace Kernels.Generators.Specs;

/// <summary>Mirrors the run-time <c>KeyEstimator</c>; member names are printed into generated code.</summary>
internal enum EstimatorKind
{
    Pooled,
    Antidiagonal,
    Probabilities,
    Bounds,
    LastRows,
    LastRowsOrPooled,
    ObservationWindow,
    Gate,
    GroupGate,
}
