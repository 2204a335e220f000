using Kernels.Models;

namespace Kernels.Cli.Reports;

/// <summary>What <c>kernels inspect attention --json</c> prints.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Device">Name of the device.</param>
/// <param name="Attention">Name of the attention method.</param>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Density">Mean over all heads of visited pairs ÷ the pairs of dense attention.</param>
/// <param name="Recall">Mean over all heads of the share of dense attention that lies on visited keys.</param>
/// <param name="Heads">Every head, layer by layer.</param>
internal sealed record InspectionReport(
    string Model, string Device, string Attention, int Tokens, double Density, double Recall, IReadOnlyList<HeadReport> Heads)
{
    /// <summary>Reports what was measured.</summary>
    public static InspectionReport Of(string model, string device, string attention, int tokens, IReadOnlyList<HeadInspection> heads) => new(
        model, device, attention, tokens, heads.Average(head => head.Density), heads.Average(head => head.Recall),
        [.. heads.Select(head => new HeadReport(head.Layer, head.Head, head.Density, head.Recall))]);
}
