namespace Kernels.Cli.Reports;

/// <summary>A class of a classifier.</summary>
/// <param name="Class">Number.</param>
/// <param name="Label">Name, or null.</param>
/// <param name="Probability">Share of the softmax.</param>
internal sealed record ClassReport(int Class, string? Label, double Probability);
