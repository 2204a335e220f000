using Kernels.Perf.Rows;
using Xunit;

namespace Kernels.Perf.Tests;

public class RowCatalogTests
{
    // Published names: a row that disappears or changes its name breaks whoever compares figures over time.
    private static readonly string[] Published =
    [
        "gemm.dense.f32.512x4096x4096",
        "gemm.2of4.f32.512x4096x4096",
        "gemm.2of8.f32.512x4096x4096",
        "gemm.group4.80.f32.512x4096x4096",
        "gemm.block16x16.80.f32.512x4096x4096",
        "gemv.dense.f32.4096x11008",
        "gemv.dense.bf16.4096x11008",
        "gemv.dense.int8.4096x11008",
        "gemv.dense.int4.4096x11008",
        "gemv.2of4.f32.4096x11008",
        "gemv.2of4.bf16.4096x11008",
        "gemv.2of4.int8.4096x11008",
        "gemv.2of4.int4.4096x11008",
        "gemv.1of4.bf16.4096x11008",
        "gemv.2of8.int8.4096x11008",
        "gemv.4of16.bf16.4096x11008",
        "gemv.vnm64.2of16.bf16.4096x11008",
        "gemv.group4.80.int8.4096x11008",
        "gemv.unstructured.80.bf16.4096x11008",
        "compress.magnitude.1b",
        "conv1x1.mobilenet.dense",
        "conv1x1.mobilenet.group4.30",
        "conv1x1.mobilenet.group4.50",
        "conv1x1.mobilenet.group4.70",
        "conv1x1.mobilenet.group4.80",
        "conv1x1.mobilenet.group4.90",
        "conv1x1.mobilenet.unstructured.80",
        "conv1x1.mobilenet.unstructured.90",
        "mobilenet-v1.group4.30",
        "mobilenet-v1.group4.80",
        "mobilenet-v2.group4.80",
        "attention.dense.f32.d64.8192",
        "attention.dense.f32.d128.8192",
        "attention.masked.f32.d64.8192.window1024",
        "attention.block.d128.32k.90",
        "attention.anchor.d128.32k.90",
        "attention.gathered.d128",
        "attention.decode.d128.32k.4096",
        "attention.block-sparse.d128.32k",
        "attention.vertical-slash.d128.32k",
        "attention.xattention.d128.32k",
        "attention.sparge.d128.32k",
        "attention.sliding-window.d128.32k",
        "attention.streaming-llm.d128.32k",
        "attention.power.d128.32k",
        "attention.sparsed.d128.8k",
        "attention.quest.d128.32k",
        "attention.sparsed.d128.32k",
        "attention.flexprefill.d128.32k",
        "attention.routing.d128.32k",
        "attention.snapkv.d128.32k",
        "attention.ada-snapkv.d128.32k",
        "attention.anchor.sample.16k",
        "prefill.sample.16k",
        "decode.sample",
    ];

    [Fact]
    public void Every_published_row_is_listed_once()
    {
        var names = RowCatalog.All.Select(row => row.Name).ToArray();
        Assert.Equal(names.Distinct(), names);
        Assert.Subset(names.ToHashSet(), Published.ToHashSet());
        Assert.All(RowCatalog.All, row => Assert.NotEmpty(row.Description));
    }

    [Fact]
    public void A_prefix_chooses_rows()
    {
        Assert.Equal(RowCatalog.All, RowCatalog.Only(null));
        Assert.Equal(["gemv.2of4.f32.4096x11008"], RowCatalog.Only("gemv.2of4.f32").Select(row => row.Name));
        Assert.All(RowCatalog.Only("attention."), row => Assert.StartsWith("attention.", row.Name));
        Assert.Empty(RowCatalog.Only("nothing"));
    }
}
