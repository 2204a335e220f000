using Kernels.Models;

namespace Kernels.Cli.Reports;

/// <summary>What <c>kernels distill-gate --json</c> prints.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Output">The file that was written.</param>
/// <param name="Seconds">Time it took, reading the model included.</param>
/// <param name="Distillation">How the gates learned.</param>
internal sealed record DistillationReport(string Model, string Output, double Seconds, GateDistillationReport Distillation);
