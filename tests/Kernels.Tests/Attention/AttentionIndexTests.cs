using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>Indices made from users' data: refused where malformed, naming the list, and described where not.</summary>
public sealed class AttentionIndexTests
{
    [Theory]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 7 }, "block 7 in the list of batch 0, head 0, row group 1", "0 to 6")]
    [InlineData(new[] { 0, 2, 2 }, new[] { 3, -1 }, "block -1 in the list of batch 0, head 0, row group 0", "0 to 6")]
    [InlineData(new[] { 0, 2, 2 }, new[] { 3, 2 }, "block 2 after 3", "ascend and occur once")]
    [InlineData(new[] { 0, 2, 2 }, new[] { 3, 3 }, "block 3 after 3", "drop repetitions")]
    [InlineData(new[] { 0, 2, 1 }, new[] { 3 }, "-1 blocks in the list of batch 0, head 0, row group 1", "0 entries or more")]
    [InlineData(new[] { 1, 1, 1 }, new[] { 3 }, "a first start of blocks of 1", "begins at 0")]
    [InlineData(new[] { 0, 1 }, new[] { 3 }, "2 starts of blocks", "1 × 1 × 2 lists need 3")]
    [InlineData(new[] { 0, 1, 2 }, new[] { 3 }, "lists that end at 2", "1 blocks were passed")]
    public void Malformed_lists_of_blocks_are_refused(int[] starts, int[] blocks, string received, string limit)
    {
        var error = Assert.Throws<KernelException>(() => new KeyBlockIndex(1, 1, 100, 100, 64, 16, starts, blocks));
        Assert.StartsWith("KeyBlockIndex", error.Message);
        Assert.Contains(received, error.Message);
        Assert.Contains(limit, error.Message);
    }

    [Theory]
    [InlineData(0, 1, 100, 64, "batch 0")]
    [InlineData(1, -2, 100, 64, "heads -2")]
    [InlineData(1, 1, 0, 64, "keys 0")]
    [InlineData(1, 1, 100, 0, "rows 0")]
    [InlineData(1 << 20, 1 << 12, 100, 64, "lists")]
    public void Impossible_lengths_are_refused(int batch, int heads, int keys, int rows, string received) =>
        Assert.Contains(received, Assert.Throws<KernelException>(() => new KeyColumnIndex(batch, heads, 100, keys, rows, [0, 0], [])).Message);

    [Theory]
    [InlineData(-1)]
    [InlineData(100)]
    public void Coverage_must_begin_at_a_position(int first) => Assert.Contains(
        $"a first query position of {first}", Assert.Throws<KernelException>(() => new KeyColumnIndex(1, 1, 100, 100, 64, [0, 0], [], first)).Message);

    [Fact]
    public void One_token_has_as_many_lists_as_heads()
    {
        var index = new KeyBlockIndex(1, 2, 1000, 1000, 64, 16, [0, 1, 3], [7, 0, 2], first: 999);
        Assert.Equal((15, 1), (index.FirstGroup, index.Groups));
        Assert.Equal(4 * 3 + 8 * 3, index.ByteLength);
        Assert.Equal([new KeySpan(0, 16), new KeySpan(32, 48)], index.Ranges(0, 1, 15).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Ranges(0, 0, 14));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Ranges(0, 0, 16));
        Assert.StartsWith("KeyBlockIndex [1, 2, 999 to 999 × 1000]", index.ToString());
        Assert.Contains("head 1, row group 15", Assert.Throws<KernelException>(() => new KeyBlockIndex(1, 2, 1000, 1000, 64, 16, [0, 1, 3], [7, 2, 0], first: 999)).Message);
    }

    [Fact]
    public void Flags_must_be_as_many_as_blocks() => Assert.Contains(
        "2 partial flags", Assert.Throws<KernelException>(() => new KeyBlockIndex(1, 1, 16, 16, 16, 16, [0, 1], [0], [true, false])).Message);

    [Theory]
    [InlineData(5, 5, "[5, 5)", "one at least")]
    [InlineData(-1, 5, "[-1, 5)", "0 to 99")]
    [InlineData(90, 101, "[90, 101)", "0 to 99")]
    [InlineData(9, 20, "[9, 20) after one that ends at 10", "do not overlap")]
    public void Malformed_ranges_are_refused(int start, int end, string received, string limit)
    {
        var error = Assert.Throws<KernelException>(() => new KeyRangeIndex(1, 1, 100, 100, 100, [0, 2], [new(0, 10), new(start, end)], [0, 0], []));
        if (start != 9) error = Assert.Throws<KernelException>(() => new KeyRangeIndex(1, 1, 100, 100, 100, [0, 1], [new(start, end)], [0, 0], []));
        Assert.Contains(received, error.Message);
        Assert.Contains(limit, error.Message);
    }

    [Fact]
    public void A_column_inside_a_range_is_refused() => Assert.Contains(
        "key 12 in the list of batch 0, head 0, row group 0, but range [10, 20) holds it already",
        Assert.Throws<KernelException>(() => new KeyRangeIndex(1, 1, 100, 100, 100, [0, 2], [new(0, 5), new(10, 20)], [0, 2], [7, 12])).Message);

    [Fact]
    public void Text_shows_shape_density_and_histogram()
    {
        var index = new KeyBlockIndex(1, 2, 64, 70, 32, 16, [0, 0, 2, 3, 8], [0, 1, 4, 0, 1, 2, 3, 4]);
        // Lists of 0, 32, 6 and 70 keys; the second and the last each become one range of 8 bytes.
        Assert.Equal(108.0 / 280, index.Density, 12);
        Assert.Equal(4 * 5 + 8 * 3, index.ByteLength);
        Assert.Equal(
            "KeyBlockIndex [1, 2, 64 × 70], 32 rows × blocks of 16, density 38.57 %, 44 bytes, lists of 0 keys: 1, 4–7: 1, 32–63: 1, 64–127: 1", index.ToString());
        Assert.Equal([new KeySpan(0, 70)], index.Ranges(0, 1, 1).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Ranges(0, 2, 0));
        Assert.StartsWith("KeyPageIndex [1, 1, any × 100], pages of 16", new KeyPageIndex(1, 1, 100, 16, [0, 1], [6]).ToString());
    }
}
