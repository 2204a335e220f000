using CsCheck;
using Xunit;

namespace Kernels.Scheduling.Tests;

public sealed class ArenaLayoutTests
{
    private static readonly Gen<(long Bytes, int First, int Last)[]> Lifetimes =
        Gen.Select(Gen.Long[0, 5000], Gen.Int[0, 20], Gen.Int[0, 8], (bytes, first, length) => (bytes, first, first + length)).Array[0, 40];

    [Fact]
    public void Values_alive_at_once_never_overlap_and_the_arena_holds_them_all() => Lifetimes.Sample(lifetimes =>
    {
        var (offsets, size) = ArenaLayout.Place(lifetimes);
        for (var i = 0; i < lifetimes.Length; i++)
        {
            Assert.Equal(0, offsets[i] % ArenaLayout.Alignment);
            Assert.InRange(offsets[i] + lifetimes[i].Bytes, 0, size);
            for (var j = 0; j < i; j++)
            {
                var together = lifetimes[i].First <= lifetimes[j].Last && lifetimes[j].First <= lifetimes[i].Last;
                var apart = offsets[i] + lifetimes[i].Bytes <= offsets[j] || offsets[j] + lifetimes[j].Bytes <= offsets[i];
                Assert.True(!together || apart, $"values {i} and {j} overlap");
            }
        }

        Assert.InRange(size, 0, lifetimes.Sum(value => value.Bytes + ArenaLayout.Alignment));
    });

    [Fact]
    public void A_chain_needs_two_places()
    {
        var (_, size) = ArenaLayout.Place([(640, 0, 1), (640, 1, 2), (640, 2, 3), (640, 3, 4)]);
        Assert.Equal(1280, size);
    }

    [Fact]
    public void A_lifetime_that_ends_before_it_begins_is_refused() =>
        Assert.Throws<ArgumentException>(() => ArenaLayout.Place([(1, 3, 2)]));
}
