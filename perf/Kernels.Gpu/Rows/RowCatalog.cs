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
        return
        [
            new ProductRow("product.dense.f16.8192", Scaled(8192), Scaled(8192), Scaled(8192), f16, f16, false, new RowTarget("torch.matmul", 0.6)),
            new ProductRow("product.2:4.f16.8192", Scaled(8192), Scaled(8192), Scaled(8192), f16, f16, true,
                new RowTarget("product.dense.f16.8192", 1.5), new RowTarget("torch.matmul", 0.9)),
            new AttentionRow("attention.dense.d128.16k", DenseAttention.Causal.For(128), Scaled(16384), 16, 128, null, 0, new RowTarget("sdpa.flash", 0.85)),
            new AttentionRow("attention.paged.d128.16k", DenseAttention.Causal.For(128), Scaled(16384), 16, 128, null, 0, new RowTarget("attention.dense.d128.16k", 0.95))
            {
                Page = 16,
            },
            new AttentionRow("attention.blocks.d128.32k", MeasuredKernels.Indexed128, Scaled(32768), 16, 128, RandomBlocks.Tenth, RandomBlocks.Side, new RowTarget("sdpa.flash", 7)),
            new AttentionRow("attention.anchor.d128.128k", AnchorAttention.Causal.For(128), Scaled(131072), 8, 128, null, 0, new RowTarget("sdpa.flash", 4.6)),
            new ProductRow("decode.dense.bf16", 1, Scaled(8192), Scaled(16384), bf16, f32, false, new RowTarget(RowTarget.CopyBandwidth, 0.85)),
            new ProductRow("decode.2:4.bf16", 1, Scaled(8192), Scaled(16384), bf16, f32, true, new RowTarget("decode.dense.bf16", 1.55)),
            new LaunchRow("launch.captured.200", 200, new RowTarget(RowTarget.LaunchTime, 1)),
        ];
    }
}
