namespace Kernels.Perf.Reports;

/// <summary>The machine and its limits.</summary>
/// <param name="Cpu">Model name.</param>
/// <param name="Processors">Logical processors.</param>
/// <param name="VectorBits">Width of the widest vectors.</param>
/// <param name="CacheBytes">Last-level cache.</param>
/// <param name="MemoryBytes">Memory.</param>
/// <param name="Os">Operating system.</param>
/// <param name="Runtime">.NET version.</param>
/// <param name="OnnxRuntime">Version of the peer.</param>
/// <param name="LoadAverage">Load of the minute before the measurement.</param>
/// <param name="MeasuredAt">UTC.</param>
/// <param name="Limits">For each number of threads.</param>
internal sealed record MachineReport(
    string Cpu, int Processors, int VectorBits, long CacheBytes, long MemoryBytes, string Os, string Runtime, string OnnxRuntime,
    double? LoadAverage, DateTimeOffset MeasuredAt, IReadOnlyList<LimitsReport> Limits);
