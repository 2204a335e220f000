using CsCheck;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Batches nobody wrote: lengths, heads, masks, indices, pages and values.</summary>
public sealed class RaggedAttentionPropertyTests
{
    private static readonly ElementType[] Storages = [ElementType.Float32, ElementType.BFloat16, ElementType.Float16];

    private static readonly Gen<AttentionCase> Cases = Gen.Select(
        Gen.Int[0, 2], Gen.Select(Gen.Int[0, 70], Gen.Int[0, 90]).Array[1, 4], Gen.Int[1, 2], Gen.Int[1, 3], Gen.OneOfConst(Storages), Gen.OneOfConst(0, 1, 7, 16, 64), Gen.Int[1, 9],
        (pattern, drawn, keyHeads, group, storage, page, some) =>
        {
            // At least one sequence has a query.
            (int Queries, int Keys)[] lengths = [.. drawn.Select((pair, i) => (pair.Item1 + (i == 0 ? 1 : 0), pair.Item1 + pair.Item2 + (i == 0 ? 1 : 0)))];
            var (kernel, headDim) = pattern switch { 0 => (AttentionKernels.Causal8, 8), 1 => (DrawnMasks.Diagonals, 24), _ => (AttentionKernels.Indexed20, 20) };
            var heads = new AttentionShape(1, 1, 1, keyHeads * group, keyHeads, headDim, ElementType.Float32, storage) { Page = page };
            var keys = lengths.Max(length => length.Keys);
            return AttentionCase.Ragged($"drawn {pattern} {string.Join(" ", lengths)} {heads} {some}", kernel, heads, lengths) with
            {
                Mask = pattern == 1 ? (_, _, query, key) => DrawnMasks.Diagonal(query, key) : null,
                Listed = pattern != 2 ? null : some % 2 == 0
                    ? ListedIndex.OfBlocks(lengths.Length, keyHeads, keys, keys, 8 * some, 3 * some, IsListed)
                    : ListedIndex.OfColumns(1, keyHeads * group, keys, keys, 5 * some, IsListed),
            };

            bool IsListed(int batch, int head, int rows, int id) => (uint)((batch * 7919 + head * 104729 + rows * 1299709 + id * 15485863L) >> 3) % 3 != 0;
        });

    [Fact]
    public void Drawn_batches_agree_with_the_oracle()
    {
        using var device = new CpuDevice(threads: 2);
        Cases.Sample(problem => problem.Run(device), iter: 30, threads: 1);
    }

    [Fact]
    public void Drawn_batches_agree_with_the_oracle_on_an_interpreted_gpu()
    {
        using var device = PtxDevices.Open();
        Cases.Where(problem => problem.Shape.Page > 0).Sample(problem => problem.Run(device), iter: 2, threads: 1);
    }

    [Fact]
    public void Drawn_batches_visit_every_declared_key_once_and_no_other()
    {
        using var device = new CpuDevice(threads: 2);
        Cases.Sample(problem => VisitCount.AssertDeclared(problem, device), iter: 10, threads: 1);
    }
}
