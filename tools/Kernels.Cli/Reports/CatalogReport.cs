namespace Kernels.Cli.Reports;

/// <summary>What <c>kernels catalog --json</c> prints.</summary>
/// <param name="Attention">Every attention method, dense first.</param>
internal sealed record CatalogReport(IReadOnlyList<CatalogEntryReport> Attention);
