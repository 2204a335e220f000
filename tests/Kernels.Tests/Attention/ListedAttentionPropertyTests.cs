using CsCheck;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Shapes, indices and selections nobody wrote.</summary>
public sealed class ListedAttentionPropertyTests
{
    private static readonly ElementType[] Storages = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16];

    private static readonly Gen<AttentionShape> Shapes = Gen.Select(
        Gen.Int[1, 140], Gen.Int[0, 160], Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 2], Gen.OneOfConst(Storages),
        (queries, earlier, keyHeads, group, batch, storage) => new AttentionShape(
            batch, queries, queries + earlier, keyHeads * group, keyHeads, 20, ElementType.Float32, storage));

    private static readonly Gen<AttentionCase> Brought = Gen.Select(
        Shapes, Gen.Int[0, 2], Gen.Int[1, 3], Gen.Int[1, 90], Gen.Int[1, 40], Gen.Int[2, 9], Gen.Int[0, 5],
        (shape, kind, heads, rows, block, one, spare) =>
        {
            var lists = heads switch { 1 => 1, 2 => shape.KeyHeads, _ => shape.QueryHeads };
            var (batches, keys) = (shape.Batch, shape.Keys);
            var listed = kind switch
            {
                0 => ListedIndex.OfBlocks(batches, lists, keys, keys, rows, block, IsListed),
                1 => ListedIndex.OfColumns(1, lists, keys, keys, rows, IsListed),
                _ => ListedIndex.OfRanges(batches, lists, keys, keys, rows, IsListed),
            };
            return new AttentionCase($"brought {kind} {heads} {rows} {block} {one} {spare} {shape}", AttentionKernels.Indexed20, shape) { Listed = listed, Spare = spare };

            bool IsListed(int batch, int head, int group, int id) => (uint)((batch * 7919 + head * 104729 + group * 1299709 + id * 15485863L) >> 3) % one == 0;
        });

    private static readonly Gen<AttentionCase> Selected = Gen.Select(
        Shapes,
        Gen.OneOfConst(
            AttentionKernels.PooledTop20, AttentionKernels.PooledMass20, AttentionKernels.PooledAny20, AttentionKernels.PooledOwn20, AttentionKernels.PooledSimilar20,
            AttentionKernels.Antidiagonal20, AttentionKernels.Probabilities20, AttentionKernels.Bounds20, AttentionKernels.BoundsNear20, AttentionKernels.VerticalSlash20,
            AttentionKernels.Flex20, AttentionKernels.FlexColumns20, AttentionKernels.FlexMeans20, AttentionKernels.Kept20, AttentionKernels.KeptByHeads20),
        Gen.Int[0, 9],
        (shape, kernel, spare) => new AttentionCase($"selected {kernel} {shape} {spare}", kernel, shape) { Spare = spare, Gap = spare % 4 });

    [Fact]
    public void Drawn_indices_agree_with_the_oracle()
    {
        using var device = new CpuDevice(threads: 2);
        Brought.Sample(problem => problem.Run(device), iter: 40, threads: 1);
    }

    [Fact]
    public void Drawn_selections_agree_with_the_oracle()
    {
        using var device = new CpuDevice(threads: 2);
        Selected.Sample(problem => problem.Run(device), iter: 40, threads: 1);
    }
}
