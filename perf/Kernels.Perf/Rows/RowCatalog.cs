using Kernels.Catalog;
using Kernels.Models;
using Kernels.Perf.Rows.Sample;

namespace Kernels.Perf.Rows;

/// <summary>Every row, in the order of the table. Names are fixed: rows are added, never renamed.</summary>
internal static class RowCatalog
{
    private static readonly AttentionShape Prefill = new(1, 32768, 32768, 1, 1, 128), Decode = new(1, 1, 32768, 32, 8, 128);

    private static readonly ElementType[] Storages = [ElementType.Float32, ElementType.BFloat16, ElementType.Int8, ElementType.Int4];

    // A row of activations is multiplied from memory: what is read counts.
    private static readonly ElementType[] FewBytes = [ElementType.BFloat16, ElementType.Int8];

    private static readonly WeightPattern
        TwoOfFour = WeightPattern.Largest(MeasuredKernels.TwoOfFour), OneOfFour = WeightPattern.Largest(MeasuredKernels.OneOfFour),
        TwoOfEight = WeightPattern.Largest(MeasuredKernels.TwoOfEight), FourOfSixteen = WeightPattern.Largest(MeasuredKernels.FourOfSixteen),
        Vnm = WeightPattern.Vnm(MeasuredKernels.TwoOfSixteen, 64, 16), Group4 = WeightPattern.Blocks(MeasuredKernels.ProductGroupsOf4, 4, 1, 80),
        Group16 = WeightPattern.Blocks(MeasuredKernels.ProductGroupsOf16, 16, 1, 80), Blocks = WeightPattern.Blocks(MeasuredKernels.ProductGroupsOf16, 16, 16, 80),
        Unstructured = WeightPattern.Blocks(MeasuredKernels.ProductSingles, 1, 1, 80);

    public static IReadOnlyList<IRatioRow> All { get; } =
    [
        new ProductRow(WeightPattern.Dense, ElementType.Float32, 512, 4096, 4096),
        new ProductRow(TwoOfFour, ElementType.Float32, 512, 4096, 4096),
        .. new[] { TwoOfEight, FourOfSixteen, Vnm, Group4, Group16, Blocks, Unstructured }
            .Select(pattern => new ProductRow(pattern, ElementType.Float32, 512, 4096, 4096)),
        .. Storages.Select(type => new ProductRow(WeightPattern.Dense, type, 1, 4096, 11008)),
        .. Storages.Select(type => new ProductRow(TwoOfFour, type, 1, 4096, 11008)),
        .. from pattern in new[] { OneOfFour, TwoOfEight, FourOfSixteen } from type in FewBytes select new ProductRow(pattern, type, 1, 4096, 11008),
        .. from pattern in new[] { Group4, Group16 } from type in FewBytes select new ProductRow(pattern, type, 1, 4096, 11008),
        .. new[] { Vnm, Blocks, Unstructured }.Select(pattern => new ProductRow(pattern, ElementType.BFloat16, 1, 4096, 11008)),
        .. new[] { 0, 30, 50, 70, 80, 90 }.Select(dropped => new PointwiseRow("mobilenet", PointwiseLayer.MobileNet, 4, dropped)),
        .. new[] { 80, 90 }.Select(dropped => new PointwiseRow("mobilenet", PointwiseLayer.MobileNet, 1, dropped)),
        .. new[] { 30, 80 }.Select(dropped => new NetworkRow("mobilenet-v1", () => new RandomMobileNet().V1(), 4, dropped)),
        new NetworkRow("mobilenet-v2", () => new RandomMobileNet().V2(), 4, 80),
        new AttentionRow("dense", MeasuredKernels.Causal64, null, 8192, 2),
        new AttentionRow("dense", MeasuredKernels.Causal128, null, 8192, 2),
        new AttentionRow("masked", MeasuredKernels.Window64, MeasuredKernels.Causal64, 8192, 8, Window: 1024),
        new ListedAttentionRow("block", "32k.90", MeasuredKernels.Indexed128, Prefill, RandomBlocks.Tenth),
        new ListedAttentionRow("anchor", "32k.90", AnchorAttention.Causal.For(128), Prefill),
        new GatedAttentionRow("gate", "32k.90", SeerAttention.Prefill.For(128), Prefill),
        new ListedAttentionRow(
            "gathered", "", MeasuredKernels.Indexed128, Prefill with { Queries = 8192, Keys = 8192 }, RandomIndices.TenthOfColumns, Contiguous: RandomIndices.TenthSideBySide),
        new ListedAttentionRow("decode", "32k.4096", MeasuredKernels.Indexed128, Decode, RandomIndices.PagesOf4096),
        new ListedAttentionRow("block-sparse", "32k", BlockSparse.Causal.For(128), Prefill),
        new ListedAttentionRow("vertical-slash", "32k", VerticalSlash.Causal.For(128), Prefill),
        new ListedAttentionRow("flexprefill", "32k", FlexPrefill.Causal.For(128), Prefill),
        new ListedAttentionRow("xattention", "32k", XAttention.Causal.For(128), Prefill),
        new ListedAttentionRow("sparge", "32k", SpargeAttention.Causal.For(128), Prefill),
        new ListedAttentionRow("sliding-window", "32k", SlidingWindow.Causal.For(128), Prefill),
        new ListedAttentionRow("streaming-llm", "32k", StreamingLlm.Causal.For(128), Prefill),
        new ListedAttentionRow("power", "32k", PowerAttention.Causal.For(128), Prefill),
        new ListedAttentionRow("sparsed", "8k", ListedAttention.Full.For(128), Prefill with { Queries = 8192, Keys = 8192 }, Selecting: SparseD.Selection.For(128)),
        new ListedAttentionRow("sparsed", "32k", ListedAttention.Full.For(128), Prefill, Selecting: SparseD.Selection.For(128)),
        new ListedAttentionRow("quest", "32k", Quest.Causal.For(128), Decode),
        new GatedAttentionRow("seer-r", "32k", SeerAttention.Decode.For(128), Decode),
        new RoutedAttentionRow("routing", "32k", RoutingTransformer.Causal.For(128), Prefill),
        new CompactedAttentionRow("snapkv", "32k", SnapKv.Selection.For(128), Decode),
        new CompactedAttentionRow("ada-snapkv", "32k", AdaSnapKv.Selection.For(128), Decode),
        new CompressionRow("1b", new RandomLlama(2048, 8192, 14, 32000)),
        new AnchorSampleRow("attention.anchor.sample.16k", SampleModel.Shipped, 16384, AttentionMethod.Anchor.Prefill),
        new PrefillSampleRow("prefill.sample.16k", SampleModel.Shipped, 16384),
        new DecodeSampleRow("decode.sample", SampleModel.Shipped),
    ];

    /// <summary>The rows whose names begin with <paramref name="prefix"/>.</summary>
    public static IReadOnlyList<IRatioRow> Only(string? prefix) =>
        [.. All.Where(row => prefix is null || row.Name.StartsWith(prefix, StringComparison.Ordinal))];
}
