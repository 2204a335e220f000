namespace Kernels.Cli.Reports;

/// <summary>One head of <c>kernels inspect attention --json</c>.</summary>
/// <param name="Layer">Layer, counted from 0.</param>
/// <param name="Head">Query head, counted from 0.</param>
/// <param name="Density">Visited pairs ÷ the pairs of dense attention, over the heads that share this head's keys.</param>
/// <param name="Recall">Share of dense attention that lies on visited keys, the mean of the queries.</param>
internal sealed record HeadReport(int Layer, int Head, double Density, double Recall);
