namespace Kernels.Gpu.Correctness;

/// <summary>One case of the matrix.</summary>
internal sealed record CheckReport(string Name, CheckOutcome Outcome, string? Reason = null);
