namespace Kernels.Cli.Reports;

/// <summary>Reading the prompt.</summary>
/// <param name="Seconds">Wall-clock seconds of the forward pass over every prompt token; loading, planning and compiling are not counted.</param>
/// <param name="TokensPerSecond">Prompt tokens ÷ <paramref name="Seconds"/>.</param>
/// <param name="AttentionDensity">Visited (query, key) pairs ÷ pairs dense attention visits, over all layers; 0 to 1.</param>
internal sealed record PrefillReport(double Seconds, double TokensPerSecond, double AttentionDensity);
