namespace Kernels.Scheduling;

/// <summary>Receives the elements of a weight, row-major; the span lives only during the call.</summary>
public delegate void WeightReader(ReadOnlySpan<byte> data);
