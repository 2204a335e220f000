namespace Kernels.Cli.Reports;

/// <summary>One device of <c>kernels devices --json</c>.</summary>
/// <param name="Name">Name for <c>--device</c>.</param>
/// <param name="Available">Whether it can be used now.</param>
/// <param name="Description">What it is; null where it is missing.</param>
/// <param name="Missing">What is missing and how to install it; null where it is available.</param>
internal sealed record DeviceReport(string Name, bool Available, string? Description, string? Missing);
