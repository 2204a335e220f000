using Kernels.Catalog;
using Kernels.Perf.Checking;
using Kernels.Perf.Rows;
using Kernels.Perf.Timing;
using Xunit;

namespace Kernels.Perf.Tests;

/// <summary>The rows' own code on small sizes: their answers are right, and a corrupted one is caught.</summary>
public class RowTests
{
    public static TheoryData<string> Small { get; } = [.. Rows.Keys];

    private static Dictionary<string, IRatioRow> Rows => new IRatioRow[]
    {
        new ProductRow(MeasuredKernels.Dense, WeightPattern.Dense, ElementType.Float32, 5, 64, 48),
        new ProductRow(MeasuredKernels.Dense, WeightPattern.Dense, ElementType.Float32, 1, 64, 48),
        new ProductRow(MeasuredKernels.Dense, WeightPattern.Dense, ElementType.BFloat16, 1, 64, 48),
        new ProductRow(MeasuredKernels.TwoOfFour, WeightPattern.Largest(2, 4), ElementType.Float32, 5, 64, 48),
        new ProductRow(MeasuredKernels.TwoOfFour, WeightPattern.Largest(2, 4), ElementType.Float32, 1, 64, 48),
        new ProductRow(MeasuredKernels.TwoOfFour, WeightPattern.Largest(2, 4), ElementType.Int8, 1, 256, 48),
        new ProductRow(MeasuredKernels.Dense, WeightPattern.Dense, ElementType.Int4, 1, 192, 48),
        new ProductRow(MeasuredKernels.TwoOfEight, WeightPattern.Largest(2, 8), ElementType.BFloat16, 1, 64, 48),
        new ProductRow(MeasuredKernels.TwoOfSixteen, WeightPattern.Vnm(16, 16), ElementType.Float32, 5, 64, 48),
        new ProductRow(MeasuredKernels.ProductGroupsOf16, WeightPattern.Blocks(16, 16, 50), ElementType.Int8, 1, 64, 48),
        new ProductRow(MeasuredKernels.ProductSingles, WeightPattern.Blocks(1, 1, 80), ElementType.Float32, 5, 64, 48),
        new PointwiseRow("small", [new(24, 16, 5), new(8, 12, 7)], 4, 0),
        new PointwiseRow("small", [new(24, 16, 5), new(8, 12, 7)], 4, 50),
        new PointwiseRow("small", [new(24, 16, 5), new(8, 12, 7)], 1, 60),
        new NetworkRow("narrow-v1", () => new RandomMobileNet(64, 4, 20).V1(), 4, 30),
        new NetworkRow("narrow-v2", () => new RandomMobileNet(64, 4, 20).V2(), 2, 80),
        new AttentionRow("dense", MeasuredKernels.Causal64, null, 130, 2),
        new AttentionRow("dense", MeasuredKernels.Causal128, null, 65, 1),
        new AttentionRow("masked", MeasuredKernels.Window64, MeasuredKernels.Causal64, 1100, 1, Window: 1024),
        new ListedAttentionRow("block", "small", MeasuredKernels.Indexed128, new(1, 300, 300, 2, 1, 128), RandomBlocks.Tenth),
        new GatedAttentionRow("gate", "small", SeerAttention.Prefill.For(128), new(1, 1000, 1000, 2, 1, 128)),
        new GatedAttentionRow("seer-r", "small", SeerAttention.Decode.For(128), new(1, 1, 5000, 4, 2, 128)),
        new ListedAttentionRow("gathered", "small", MeasuredKernels.Indexed128, new(1, 300, 300, 2, 1, 128), RandomIndices.TenthOfColumns),
        new ListedAttentionRow("decode", "small", MeasuredKernels.Indexed128, new(1, 1, 300, 4, 2, 128), RandomIndices.PagesOf4096),
        new ListedAttentionRow("block-sparse", "small", BlockSparse.Causal.For(128), new(1, 300, 300, 2, 1, 128)),
        new ListedAttentionRow("xattention", "small", XAttention.Causal.For(128), new(1, 300, 300, 2, 1, 128)),
        new ListedAttentionRow("power", "small", PowerAttention.Causal.For(128), new(1, 2000, 2000, 1, 1, 128)),
        new ListedAttentionRow("sparsed", "small", ListedAttention.Full.For(128), new(1, 600, 600, 2, 1, 128), Selecting: SparseD.Selection.For(128)),
        new ListedAttentionRow("anchor", "small", AnchorAttention.Causal.For(128), new(1, 2500, 2500, 1, 1, 128)),
        new ListedAttentionRow("flexprefill", "small", FlexPrefill.Causal.For(128), new(1, 1500, 1500, 2, 1, 128)),
        new RoutedAttentionRow("routing", "small", RoutingTransformer.Causal.For(128), new(1, 600, 600, 2, 2, 128)),
        new CompactedAttentionRow("snapkv", "small", SnapKv.Selection.For(128), new(1, 1, 2500, 4, 2, 128)),
        new CompactedAttentionRow("ada-snapkv", "small", AdaSnapKv.Selection.For(128), new(1, 1, 1400, 4, 2, 128)),
    }.ToDictionary(row => row.Name);

    [Theory]
    [MemberData(nameof(Small))]
    public void Answers_are_right_and_a_corrupted_one_is_caught(string name)
    {
        using var device = new CpuDevice(2);
        using var prepared = Rows[name].Prepare(new RowSetup(device, CacheBytes: 4096));
        // All run before any is checked: none may leave its answer in another's place.
        List<Contender> contenders = [prepared.Own, .. prepared.Baselines];
        contenders.ForEach(contender => contender.Run());
        contenders.ForEach(contender => contender.Run());
        contenders.ForEach(contender => contender.Verify());

        var work = prepared.Work();
        Assert.True(work.Flops > 0 && work.Bytes > 0);
        prepared.Output.CopyFrom(BitConverter.GetBytes(1234f));
        Assert.Throws<WrongAnswerException>(prepared.Own.Verify);
    }

    [Fact]
    public void Work_is_counted_from_the_definition()
    {
        using var device = new CpuDevice(1);
        using var product = new ProductRow(MeasuredKernels.TwoOfFour, WeightPattern.Largest(2, 4), ElementType.Float32, 1, 64, 48).Prepare(new RowSetup(device, 4096, false));
        Assert.Equal(new RowWork(64 * 48, 64 * 48 / 2 * 4.25 + 4 * (64 + 48)), product.Work());
        using var attention = new AttentionRow("dense", MeasuredKernels.Causal64, null, 65, 2).Prepare(new RowSetup(device, 4096, false));
        attention.Own.Run();
        Assert.Equal(new RowWork(4.0 * 64 * 2 * (65 * 66 / 2), 16.0 * 65 * 2 * 64), attention.Work());
        Assert.Equal(1, attention.Observations()["density"]);
    }

    [Fact]
    public void Weights_are_copied_until_they_exceed_the_cache_eight_times()
    {
        using var device = new CpuDevice(1);
        var setup = new RowSetup(device, CacheBytes: 1000);
        Assert.Equal(8, setup.CopiesBeyondCache(1000));
        Assert.Equal(3, setup.CopiesBeyondCache(3999));
        Assert.Equal(1, setup.CopiesBeyondCache(8000));
    }
}
