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

    private static readonly (MatMulKernel Kernel, WeightPattern Pattern)
        Dense = (MeasuredKernels.Dense, WeightPattern.Dense), TwoOfFour = (MeasuredKernels.TwoOfFour, WeightPattern.Largest(2, 4)),
        OneOfFour = (MeasuredKernels.OneOfFour, WeightPattern.Largest(1, 4)), TwoOfEight = (MeasuredKernels.TwoOfEight, WeightPattern.Largest(2, 8)),
        FourOfSixteen = (MeasuredKernels.FourOfSixteen, WeightPattern.Largest(4, 16)), Vnm = (MeasuredKernels.TwoOfSixteen, WeightPattern.Vnm(64, 16)),
        Group4 = (MeasuredKernels.ProductGroupsOf4, WeightPattern.Blocks(4, 1, 80)), Group16 = (MeasuredKernels.ProductGroupsOf16, WeightPattern.Blocks(16, 1, 80)),
        Blocks = (MeasuredKernels.ProductGroupsOf16, WeightPattern.Blocks(16, 16, 80)), Unstructured = (MeasuredKernels.ProductSingles, WeightPattern.Blocks(1, 1, 80));

    public static IReadOnlyList<IRatioRow> All { get; } =
    [
        .. new[] { Dense, TwoOfFour, TwoOfEight, FourOfSixteen, Vnm, Group4, Group16, Blocks, Unstructured }.Select(Matrix),
        .. from weights in new[] { Dense, TwoOfFour } from type in Storages select Vector(weights, type),
        .. from weights in new[] { OneOfFour, TwoOfEight, FourOfSixteen, Group4, Group16 } from type in FewBytes select Vector(weights, type),
        .. new[] { Vnm, Blocks, Unstructured }.Select(weights => Vector(weights, ElementType.BFloat16)),
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
        new ListedAttentionRow("sparge", "32k", SpargeAttention.Causal.For(128), Prefill, Data: DriftingAttention.Draw),
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

    private static ProductRow Matrix((MatMulKernel Kernel, WeightPattern Pattern) weights) => new(weights.Kernel, weights.Pattern, ElementType.Float32, 512, 4096, 4096);

    private static ProductRow Vector((MatMulKernel Kernel, WeightPattern Pattern) weights, ElementType type) => new(weights.Kernel, weights.Pattern, type, 1, 4096, 11008);
}
