namespace Kernels.Cli.Reports;

/// <summary>Writing on.</summary>
/// <param name="TokensPerSecond">Forward passes of one token ÷ their wall-clock seconds; null where none was needed.</param>
internal sealed record DecodeReport(double? TokensPerSecond);
