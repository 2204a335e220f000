namespace Kernels.Perf.Reports;

/// <summary>A row without figures.</summary>
/// <param name="Case">Name of the row.</param>
/// <param name="Threads">Threads it was asked for.</param>
/// <param name="Reason">What stopped it.</param>
internal sealed record NotRunReport(string Case, int Threads, string Reason);
