namespace Kernels.Cli.Reports;

/// <summary>What <c>kernels devices --json</c> prints.</summary>
/// <param name="Devices">Every name that can be asked for, in order.</param>
internal sealed record DevicesReport(IReadOnlyList<DeviceReport> Devices);
