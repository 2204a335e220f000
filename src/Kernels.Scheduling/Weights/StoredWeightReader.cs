namespace Kernels.Scheduling;

/// <summary>Receives a weight as it is stored; the matrix lives only during the call.</summary>
public delegate void StoredWeightReader(HostMatrix matrix);
