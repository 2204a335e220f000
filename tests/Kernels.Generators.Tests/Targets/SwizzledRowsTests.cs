using System.Text.RegularExpressions;
using Kernels.Generators.Targets.Cuda;
using Xunit;

namespace Kernels.Generators.Tests.Targets;

public sealed class SwizzledRowsTests
{
    public static TheoryData<int> Chunks => new(1, 2, 4, 8, 16);

    [Fact]
    public void Rows_of_four_chunks_lie_as_drawn()
    {
        // Two rows fill the banks; the pair's number exchanges chunks.
        var rows = new SwizzledRows(4);
        Assert.Equal([0, 16, 32, 48], Enumerable.Range(0, 4).Select(chunk => rows.Offset(0, chunk)));
        Assert.Equal([64, 80, 96, 112], Enumerable.Range(0, 4).Select(chunk => rows.Offset(1, chunk)));
        Assert.Equal([128 + 16, 128, 128 + 48, 128 + 32], Enumerable.Range(0, 4).Select(chunk => rows.Offset(2, chunk)));
        Assert.Equal([7 * 64 + 48, 7 * 64 + 32, 7 * 64 + 16, 7 * 64], Enumerable.Range(0, 4).Select(chunk => rows.Offset(7, chunk)));
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public void A_chunk_of_eight_rows_and_eight_chunks_in_order_touch_every_bank_once(int chunks)
    {
        var rows = new SwizzledRows(chunks);
        for (var row = 0; row < 32; row += 8)
        for (var chunk = 0; chunk < chunks; chunk++)
            AssertAllBanks(Enumerable.Range(row, 8).Select(r => rows.Offset(r, chunk)));
        for (var first = 0; first < 32 * chunks; first += 8)
            AssertAllBanks(Enumerable.Range(first, 8).Select(i => rows.Offset(i / chunks, i % chunks)));
    }

    [Theory]
    [MemberData(nameof(Chunks))]
    public void Printed_offsets_are_the_computed_ones(int chunks)
    {
        // Row and chunk by name: "row * 64 + ((chunk ^ (row >> 1 & 3)) << 4)".
        var rows = new SwizzledRows(chunks);
        var match = Regex.Match(rows.Offset("row", "chunk"), @"^row \* (\d+) \+ \(\(chunk \^ \(row(?: >> (\d+))? & (\d+)\)\) << 4\)$");
        Assert.True(match.Success);
        var shift = match.Groups[2].Success ? int.Parse(match.Groups[2].Value) : 0;
        for (var row = 0; row < 32; row++)
        for (var chunk = 0; chunk < chunks; chunk++)
            Assert.Equal(rows.Offset(row, chunk), row * int.Parse(match.Groups[1].Value) + ((chunk ^ (row >> shift & int.Parse(match.Groups[3].Value))) << 4));
    }

    // 16 bytes are four of 32 banks.
    private static void AssertAllBanks(IEnumerable<int> offsets) => Assert.Equal(Enumerable.Range(0, 8), offsets.Select(offset => offset / 16 % 8).Order());
}
