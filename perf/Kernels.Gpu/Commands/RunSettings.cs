namespace Kernels.Gpu.Commands;

/// <summary>What the command line asked for.</summary>
internal sealed record RunSettings(bool IsTiny, string Only, bool SkipChecks, bool SkipRows, string Python, FileInfo? Json);
