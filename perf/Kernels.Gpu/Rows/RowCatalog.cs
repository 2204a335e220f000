using Kernels.Catalog;
using Kernels.Perf.Rows;

namespace Kernels.Gpu.Rows;

/// <summary>The rows that are published.</summary>
internal static class RowCatalog
{
    /// <summary>All of them, or the same ones in sizes that only try the program out.</summary>
    public static IReadOnlyList<GpuRow> Rows(bool tiny)
    {
        int Scaled(int size) => tiny ? size / 64 : size;
        ElementType f16 = ElementType.Float16, bf16 = ElementType.BFloat16, f32 = ElementType.Float32;
        var twoOfFour = WeightPattern.Largest(2, 4);
        return
        [
            new ProductRow("product.dense.f16.8192", Projections.Dense, WeightPattern.Dense, Scaled(8192), Scaled(8192), Scaled(8192), f16, f16, new RowTarget("torch.matmul", 0.6)),
            new ProductRow("product.2:4.f16.8192", Projections.TwoOfFour, twoOfFour, Scaled(8192), Scaled(8192), Scaled(8192), f16, f16,
                new RowTarget("product.dense.f16.8192", 1.5), new RowTarget("torch.matmul", 0.9)),
            new AttentionRow("attention.dense.d128.16k", DenseAttention.Causal.For(128), Scaled(16384), 16, 128, null, 0, new RowTarget("sdpa.flash", 0.85)),
            new AttentionRow("attention.paged.d128.16k", DenseAttention.Causal.For(128), Scaled(16384), 16, 128, null, 0, new RowTarget("attention.dense.d128.16k", 0.95))
            {
                Page = 16,
            },
            new AttentionRow("attention.blocks.d128.32k", MeasuredKernels.Indexed128, Scaled(32768), 16, 128, RandomBlocks.Tenth, RandomBlocks.Side, new RowTarget("sdpa.flash", 7)),
            new AttentionRow("attention.anchor.d128.128k", AnchorAttention.Causal.For(128), Scaled(131072), 8, 128, null, 0, new RowTarget("sdpa.flash", 4.6)),
            Lanes("dense", Projections.Dense, WeightPattern.Dense, "torch.matmul", 0.6),
            Lanes("vector8.2:8", MeasuredKernels.VectorsOf2Of8, WeightPattern.Largest(2, 8), "product.dense.f32.512", 2.7),
            Lanes("group4.80", Projections.GroupsOf4, WeightPattern.Blocks(4, 1, 80), "product.dense.f32.512", 3),
            Lanes("block16x16.80", Projections.GroupsOf16, WeightPattern.Blocks(16, 16, 80), "product.dense.f32.512", 3.5),
            Lanes("64:2:16", Projections.Unstructured, WeightPattern.Vnm(64, 16), "product.dense.f32.512", 2),
            Decode("dense", Projections.Dense, WeightPattern.Dense, RowTarget.CopyBandwidth, 0.85),
            Decode("2:4", Projections.TwoOfFour, twoOfFour, "decode.dense.bf16", 1.55),
            Decode("group4.80", Projections.GroupsOf4, WeightPattern.Blocks(4, 1, 80), "decode.dense.bf16", 3),
            Decode("block16x16.80", Projections.GroupsOf16, WeightPattern.Blocks(16, 16, 80), "decode.dense.bf16", 3.5),
            Decode("unstructured.90", Projections.Unstructured, WeightPattern.Blocks(1, 1, 90), "decode.dense.bf16", 3),
            new ConvolutionRow("conv1x1.dense.256.56", MeasuredKernels.Pointwise, Scaled(256), tiny ? 7 : 56, 0, new RowTarget("torch.conv2d", 0.6)),
            new ConvolutionRow("conv1x1.group4.80.256.56", MeasuredKernels.Pointwise, Scaled(256), tiny ? 7 : 56, 80, new RowTarget("conv1x1.dense.256.56", 3)),
            new ConvolutionRow("conv3x3.group4.80.256.28", MeasuredKernels.Window3, Scaled(256), tiny ? 7 : 28, 80, new RowTarget("torch.conv2d", 1)),
            new DepthwiseRow("depthwise3x3.512.56", MeasuredKernels.Depthwise3, Scaled(512), tiny ? 7 : 56, new RowTarget(RowTarget.CopyBandwidth, 0.7)),
            new LaunchRow("launch.captured.200", 200, new RowTarget(RowTarget.LaunchTime, 1)),
        ];

        ProductRow Lanes(string name, MatMulKernel kernel, WeightPattern pattern, string against, double least) =>
            new($"product.{name}.f32.512", kernel, pattern, Scaled(512), Scaled(4096), Scaled(4096), f32, f32, new RowTarget(against, least));

        ProductRow Decode(string name, MatMulKernel kernel, WeightPattern pattern, string against, double least) =>
            new($"decode.{name}.bf16", kernel, pattern, 1, Scaled(8192), Scaled(16384), bf16, f32, new RowTarget(against, least));
    }
}
