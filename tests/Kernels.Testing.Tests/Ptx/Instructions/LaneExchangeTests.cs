using Xunit;

namespace Kernels.Testing.Tests.Ptx.Instructions;

/// <summary>Shuffles, votes and reductions within a warp.</summary>
public sealed class LaneExchangeTests
{
    private const string Load = "mul.wide.u32 l0, tid, 4; add.u64 in, in, l0; mul.wide.u32 l1, tid, 8; add.u64 out, out, l1; ld.global.b32 r0, [in];";

    public static TheoryData<string, int, int> Shuffles => new()
    {
        { "up", 3, 0 }, { "up", 3, 0x1800 }, { "down", 5, 31 }, { "down", 5, 0x181F }, { "bfly", 7, 31 }, { "bfly", 16, 0x100F },
        { "idx", 9, 31 }, { "idx", 9, 0x181F }, { "idx", 20, 15 },
    };

    [Theory, MemberData(nameof(Shuffles))]
    public void A_shuffle_reads_the_lane_that_the_formula_of_the_isa_gives(string mode, int amount, int clamp)
    {
        var input = Enumerable.Range(0, 32).Select(lane => 1000 + lane).ToArray();
        var output = Snippet.Run<int, int>(
            $"{Load} shfl.sync.{mode}.b32 r1|p0, r0, {amount}, {clamp}, 0xFFFFFFFF; selp.b32 r2, 1, 0, p0; st.global.v2.b32 [out], {{r1, r2}};", input, 64);
        for (var lane = 0; lane < 32; lane++)
        {
            // Segments of 32, 16 or 8 lanes, by the bits that stay put; clamp holds the last lane of a segment, or the first for up.
            var segment = 32 - (clamp >> 8);
            var first = lane / segment * segment;
            var from = mode switch
            {
                "up" => lane - amount,
                "down" => lane + amount,
                "bfly" => lane ^ amount,
                _ => first + amount % segment,
            };
            var isValid = mode == "up" ? from >= first : from <= Math.Min(first + segment - 1, first + (clamp & 31));
            Assert.Equal((isValid ? 1000 + from : 1000 + lane, isValid ? 1 : 0), (output[2 * lane], output[2 * lane + 1]));
        }
    }

    [Fact]
    public void Votes_count_every_lane()
    {
        var output = Snippet.Run<int, int>($$"""
            {{Load}}
            setp.gt.s32 p0, r0, 10;
            setp.gt.s32 p1, r0, -1;
            setp.gt.s32 p2, r0, 99;
            vote.sync.ballot.b32 r1, p0, 0xFFFFFFFF;
            vote.sync.all.pred p3, p0, 0xFFFFFFFF;
            vote.sync.all.pred p4, p1, 0xFFFFFFFF;
            vote.sync.any.pred p5, p0, 0xFFFFFFFF;
            vote.sync.any.pred p6, p2, 0xFFFFFFFF;
            vote.sync.uni.pred p7, p2, 0xFFFFFFFF;
            vote.sync.uni.pred p8, p0, 0xFFFFFFFF;
            mov.b32 r2, 0;
            @p3 or.b32 r2, r2, 1; @p4 or.b32 r2, r2, 2; @p5 or.b32 r2, r2, 4; @p6 or.b32 r2, r2, 8; @p7 or.b32 r2, r2, 16; @p8 or.b32 r2, r2, 32;
            st.global.v2.b32 [out], {r1, r2};
            """, [.. Enumerable.Range(0, 32)], 64);
        for (var lane = 0; lane < 32; lane++) Assert.Equal((unchecked((int)0xFFFFF800), 2 + 4 + 16), (output[2 * lane], output[2 * lane + 1]));
    }

    [Theory]
    [InlineData("add.s32", -496)]
    [InlineData("min.s32", -31)]
    [InlineData("max.s32", 0)]
    [InlineData("max.u32", -1)]
    [InlineData("or.b32", -1)]
    [InlineData("and.b32", 0)]
    [InlineData("xor.b32", 0)]
    public void A_reduction_reaches_every_lane(string operation, int expected)
    {
        var output = Snippet.Run<int, int>(
            $"{Load} redux.sync.{operation} r1, r0, 0xFFFFFFFF; st.global.b32 [out], r1;", [.. Enumerable.Range(0, 32).Select(lane => -lane)], 64);
        if (operation == "xor.b32") expected = Enumerable.Range(0, 32).Aggregate(0, (sum, lane) => sum ^ -lane);
        for (var lane = 0; lane < 32; lane++) Assert.Equal(expected, output[2 * lane]);
    }

    [Fact]
    public void Lanes_that_diverged_exchange_among_themselves()
    {
        var output = Snippet.Run<int, int>($$"""
            {{Load}}
            setp.lt.u32 p0, tid, 8;
            @p0 bra few;
            redux.sync.add.s32 r1, r0, 0xFFFFFF00;
            activemask.b32 r2;
            bra join;
            few:
            redux.sync.add.s32 r1, r0, 0xFF;
            activemask.b32 r2;
            join:
            st.global.v2.b32 [out], {r1, r2};
            """, [.. Enumerable.Range(0, 32)], 64);
        for (var lane = 0; lane < 32; lane++)
            Assert.Equal(lane < 8 ? (28, 0xFF) : (468, ~0xFF), (output[2 * lane], output[2 * lane + 1]));
    }

    [Fact]
    public void A_barrier_that_reduces_counts_the_whole_group()
    {
        var output = Snippet.Run<int, int>("""
            mul.wide.u32 l1, tid, 8; add.u64 out, out, l1;
            setp.lt.u32 p0, tid, 50;
            bar.red.popc.u32 r1, 0, p0;
            bar.red.and.pred p1, 0, p0;
            bar.red.or.pred p2, 0, p0;
            selp.b32 r2, 1, 0, p1;
            @p2 add.s32 r2, r2, 2;
            st.global.v2.b32 [out], {r1, r2};
            """, [0], 192, group: new(96));
        for (var lane = 0; lane < 96; lane++) Assert.Equal((50, 2), (output[2 * lane], output[2 * lane + 1]));
    }
}
