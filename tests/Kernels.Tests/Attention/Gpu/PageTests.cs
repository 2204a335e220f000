using CsCheck;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention.Gpu;

/// <summary>Where GPUs find the rows of keys in pages.</summary>
public sealed class PageTests
{
    [Fact]
    public void A_key_lies_in_the_page_that_division_gives()
    {
        var sizes = Gen.OneOf(Gen.Int[1, 300], Gen.Int[1, int.MaxValue], Gen.Int[0, 30].Select(bit => 1 << bit), Gen.Int[1, 30].Select(bit => (1 << bit) + 1), Gen.Const(int.MaxValue));
        Gen.Select(sizes, Gen.Int[0, int.MaxValue]).Sample((rows, key) =>
        {
            var layout = new PageLayout(1, rows);

            // Beside any key, those around the ends of its page, and the last there can be.
            long page = key / rows * (long)rows;
            foreach (var at in new[] { key, page, page - 1, page + rows - 1, page + rows, int.MaxValue })
                if (at is >= 0 and <= int.MaxValue) Assert.Equal(at / rows, layout.Of((int)at));
        });
    }

    [Fact]
    public void Pages_that_change_owners_are_read_from_their_new_ones()
    {
        using var device = TestDevices.Open("simulator");
        using var plan = AttentionKernels.Causal8.Plan(device, new AttentionShape(2, 1, 6, 1, 1, 8) { Page = 4 });
        using var pages = GuardedTensor.Filled(device, RandomValues.Normal(1, 4 * 4 * 8, ElementType.Float32), 4, 4, 1, 8);
        var row = RandomValues.Normal(2, 8, ElementType.Float32);
        using var query = GuardedTensor.Filled(device, [.. row, .. row], 1, 2, 1, 8);
        using var output = new GuardedTensor(device, ElementType.Float32, 1, 2, 1, 8);
        float[] Run(int[] lengths, int[] table)
        {
            plan.Run(new AttentionRun(query.Tensor, pages.Tensor, pages.Tensor, output.Tensor) { Sequences = RaggedBatch.Paged([0, 1, 2], lengths, table) });
            return output.Read("output");
        }

        var (before, after) = (Run([5, 3], [0, 1, 2, -1]), Run([3, 5], [2, -1, 0, 1]));
        Assert.NotEqual(before[..8], before[8..]);
        Assert.Equal(before, after[8..].Concat(after[..8]));
    }
}
