namespace Kernels.Cli.Reports;

/// <summary>One method of <c>kernels catalog --json</c>.</summary>
/// <param name="Name">Name for <c>--attention</c>, where the method fits a causal model.</param>
/// <param name="Description">What it visits.</param>
/// <param name="Source">Where it was published.</param>
/// <param name="Phase"><c>prefill</c>, <c>decode</c>, <c>prefill and decode</c>, <c>compaction</c> (after the prompt, for decode) or <c>diffusion</c>.</param>
/// <param name="Needs">What it needs beyond queries, keys and values; null for nothing.</param>
/// <param name="HeadDims">Head dimensions declared.</param>
internal sealed record CatalogEntryReport(
    string Name, string Description, string Source, string Phase, string? Needs, IReadOnlyList<int> HeadDims);
