using Kernels.Models;
using Kernels.Perf.Rows.Sample;

namespace Kernels.Perf.Rows;

/// <summary>Every row, in the order of the table. Names are fixed: rows are added, never renamed.</summary>
internal static class RowCatalog
{
    public static IReadOnlyList<IRatioRow> All { get; } =
    [
        new ProductRow(WeightFormat.Dense, ElementType.Float32, 512, 4096, 4096),
        new ProductRow(WeightFormat.SemiStructured, ElementType.Float32, 512, 4096, 4096),
        new ProductRow(WeightFormat.Dense, ElementType.Float32, 1, 4096, 11008),
        new ProductRow(WeightFormat.Dense, ElementType.BFloat16, 1, 4096, 11008),
        new ProductRow(WeightFormat.SemiStructured, ElementType.Float32, 1, 4096, 11008),
        .. new[] { 0, 30, 50, 70, 80, 90 }.Select(dropped => new PointwiseRow("mobilenet", PointwiseLayer.MobileNet, 4, dropped)),
        .. new[] { 80, 90 }.Select(dropped => new PointwiseRow("mobilenet", PointwiseLayer.MobileNet, 1, dropped)),
        new AttentionRow("dense", MeasuredKernels.Causal64, null, 8192, 8),
        new AttentionRow("dense", MeasuredKernels.Causal128, null, 8192, 8),
        new AttentionRow("masked", MeasuredKernels.Window64, MeasuredKernels.Causal64, 8192, 8, Window: 1024),
        new AnchorSampleRow("attention.anchor.sample.16k", SampleModel.Shipped, 16384, AttentionMethod.Anchor.Prefill),
        new PrefillSampleRow("prefill.sample.16k", SampleModel.Shipped, 16384),
        new DecodeSampleRow("decode.sample", SampleModel.Shipped),
    ];

    /// <summary>The rows whose names begin with <paramref name="prefix"/>.</summary>
    public static IReadOnlyList<IRatioRow> Only(string? prefix) =>
        [.. All.Where(row => prefix is null || row.Name.StartsWith(prefix, StringComparison.Ordinal))];
}
