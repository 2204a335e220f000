using CsCheck;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

public sealed class AttentionPropertyTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    private static readonly ElementType[] Storages = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16];

    private static readonly Gen<AttentionCase> Cases = Gen.Select(
        Gen.Int[0, 2], Gen.Int[1, 140], Gen.Int[0, 160], Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 2], Gen.OneOfConst(Storages), Gen.Int[0, 9],
        (pattern, queries, earlier, keyHeads, group, batch, storage, spare) =>
        {
            var (kernel, headDim) = pattern switch
            {
                0 => (AttentionKernels.Causal8, 8),
                1 => (AttentionKernels.Anchor20, 20),
                _ => (DrawnMasks.Diagonals, 24),
            };
            var shape = new AttentionShape(batch, queries, queries + earlier, keyHeads * group, keyHeads, headDim, ElementType.Float32, storage);
            return new AttentionCase($"drawn {pattern} {shape} {spare}", kernel, shape)
            {
                Mask = pattern == 2 ? (_, _, query, key) => DrawnMasks.Diagonal(query, key) : null,
                Spare = spare,
                Gap = spare % 4,
            };
        });

    // Blocks of lists at random, walked on tensor cores: few rows and many, from one key head for all queries to one for each.
    private static readonly Gen<AttentionCase> ListedCases = Gen.Select(
        Gen.Int[1, 70], Gen.Int[0, 60], Gen.Int[1, 2], Gen.Int[1, 3], Gen.OneOfConst(ElementType.BFloat16, ElementType.Float16), Gen.Int[0, 9],
        (queries, earlier, keyHeads, group, storage, spare) =>
        {
            var (keys, heads) = (queries + earlier, keyHeads * group);
            var shape = new AttentionShape(1, queries, keys, heads, keyHeads, 64, storage, storage);
            return new AttentionCase($"drawn blocks {shape} {spare}", AttentionKernels.Indexed64, shape)
            {
                Listed = ListedIndex.OfBlocks(1, heads, keys, keys, 32, 16, (_, head, row, block) => new Random(spare + 101 * (head + 101 * (row + 101 * block))).Next(3) > 0),
                Spare = spare,
                Gap = spare % 2 * 8,
            };
        });

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Drawn_problems_agree_with_the_oracle(int vectorBits)
    {
        using var device = CpuDevice.Emulating(threads: 2, vectorBits);
        Cases.Sample(problem => problem.Run(device), iter: 25, threads: 1);
    }

    [Theory]
    [InlineData("opencl")]
    [InlineData("cuda")]
    public void Drawn_problems_agree_with_the_oracle_on_gpus(string name)
    {
        var device = devices[name];
        Cases.Sample(problem => problem.Run(device), iter: 8, threads: 1);
    }

    [Fact]
    public void Drawn_lists_agree_with_the_oracle_on_tensor_cores() => ListedCases.Sample(problem => problem.Run(devices[PtxDevices.Name]), iter: 6, threads: 1);
}
