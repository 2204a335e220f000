using Kernels.Models;

namespace Kernels.Cli.Commands;

/// <summary>What <c>kernels distill-gate</c> was asked for.</summary>
/// <param name="Model">Folder of the model; null for the embedded one.</param>
/// <param name="Text">File of the text, <c>-</c> for standard input.</param>
/// <param name="Output">File to write.</param>
/// <param name="Options">How to distil.</param>
/// <param name="Json">Whether to print one JSON object and nothing else.</param>
internal sealed record DistillationSettings(string? Model, string Text, string Output, GateDistillationOptions Options, bool Json);
