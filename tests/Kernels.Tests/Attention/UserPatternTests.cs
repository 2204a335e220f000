using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Predicates and score functions of (batch, head, query, key), inlined on every device.</summary>
public sealed class UserPatternTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string, int> NamesAndWidths => CaseRuns.AtEveryWidth(UserPatternCases.Names);

    public static TheoryData<string, string> GpuProblems => CaseRuns.OnGpus(
        UserPatternCases.PortableNames, UserPatternCases.GpuNames, UserPatternCases.SmallNames, UserPatternCases.TinyNames);

    [Theory]
    [MemberData(nameof(NamesAndWidths))]
    public void Agrees_with_the_oracle_at_every_vector_width(string name, int vectorBits)
    {
        using var device = CpuDevice.Emulating(threads: 2, vectorBits);
        UserPatternCases.Named(name).Run(device);
    }

    [Theory]
    [MemberData(nameof(GpuProblems))]
    public void Agrees_with_the_oracle_on_gpus(string device, string name) => UserPatternCases.Named(name).Run(devices[device]);

    [Fact]
    public void Blocks_are_classified_for_each_head_only_where_the_predicate_asks()
    {
        using var device = new CpuDevice(threads: 1);
        var shape = new AttentionShape(3, 200, 200, 8, 2, 32);
        var shared = BlockMap.Build(UserPatterns.Alibi.Declaration, device, shape);
        Assert.Equal(BlockMap.Build(UserPatterns.Alibi.Declaration, device, shape with { Batch = 1, QueryHeads = 1, KeyHeads = 1 }).ByteLength, shared.ByteLength);
        Assert.Equal(shared.Row(0, 0, 3).ToArray(), shared.Row(2, 7, 3).ToArray());
        var own = BlockMap.Build(AttentionKernels.Windowed64.Declaration, device, shape with { HeadDim = 64 });
        Assert.NotEqual(own.Row(0, 0, 2).ToArray(), own.Row(0, 3, 2).ToArray());

        // At most 28 blocks of a causal sequence, an int each, beside the starts of its 7 rows: no trace of 200 × 200 pairs.
        Assert.True(shared.ByteLength <= 4 * (28 + 8), shared.ToString());
    }
}
