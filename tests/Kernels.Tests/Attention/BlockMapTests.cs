using Xunit;

namespace Kernels.Tests.Attention;

public sealed class BlockMapTests
{
    private static readonly AttentionShape Shape = new(1, 200, 200, 1, 1, 24);

    [Fact]
    public void Blocks_are_what_the_predicate_says_of_their_pairs()
    {
        using var device = new CpuDevice(threads: 1);
        var map = BlockMap.Build(DrawnMasks.Diagonals.Declaration, device, Shape);
        Assert.Equal(32, map.Block);
        Assert.Equal(7, map.QueryBlocks);
        for (var row = 0; row < map.QueryBlocks; row++)
        {
            var listed = map.Row(0, 0, row).ToArray();
            Assert.Equal(listed.Order(), listed);
            for (var column = 0; column <= row; column++)
            {
                var pairs =
                    (from query in Enumerable.Range(row * 32, Math.Min(32, 200 - row * 32))
                     from key in Enumerable.Range(column * 32, Math.Min(32, 200 - column * 32))
                     where key <= query
                     select DrawnMasks.Diagonal(query, key)).ToArray();
                if (pairs.All(admitted => admitted)) Assert.Contains(column << 1 | 1, listed);
                else if (pairs.Any(admitted => admitted)) Assert.Contains(column << 1, listed);
                else Assert.DoesNotContain(listed, entry => entry >> 1 == column);
            }
        }
    }

    [Fact]
    public void A_mask_that_admits_nothing_is_refused_when_planned()
    {
        using var device = new CpuDevice(threads: 1);
        var error = Assert.Throws<KernelException>(() => DrawnMasks.Nothing.Plan(device, Shape with { HeadDim = 8 }));
        Assert.Contains("admits no pair at all", error.Message);
        Assert.Contains("DrawnMasks.Nothing", error.Message);
    }

    [Fact]
    public void A_mask_that_throws_is_refused_with_its_message()
    {
        using var device = new CpuDevice(threads: 1);
        var error = Assert.Throws<KernelException>(() => DrawnMasks.Throwing.Plan(device, Shape with { HeadDim = 8 }));
        Assert.Contains("DivideByZeroException", error.Message);
        Assert.Contains("Make the predicate total", error.Message);
    }
}
