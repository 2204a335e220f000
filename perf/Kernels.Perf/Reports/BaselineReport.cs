namespace Kernels.Perf.Reports;

/// <summary>The timing of a baseline.</summary>
/// <param name="Seconds">Median of one run.</param>
/// <param name="BestSeconds">Fastest sample.</param>
/// <param name="Spread">(80th − 20th percentile) ÷ median.</param>
internal sealed record BaselineReport(double Seconds, double BestSeconds, double Spread);
