namespace Kernels.Cli.Reports;

/// <summary>What <c>kernels classify --json</c> prints.</summary>
/// <param name="Model">Path of the network.</param>
/// <param name="Image">Path of the picture.</param>
/// <param name="Pattern">The pattern that was asked for, or null where the network ran as it is stored.</param>
/// <param name="Density">Share of the weights of convolutions that are stored.</param>
/// <param name="Seconds">Seconds of one run.</param>
/// <param name="Top">The likeliest classes, best first.</param>
internal sealed record ClassificationReport(
    string Model, string Image, string? Pattern, double Density, double Seconds, IReadOnlyList<ClassReport> Top);
