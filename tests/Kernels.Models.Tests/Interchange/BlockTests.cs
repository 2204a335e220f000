using Xunit;

namespace Kernels.Models.Tests;

/// <summary>The library's own layout of groups and blocks.</summary>
public sealed class BlockTests
{
    private const string Config = """{"quant_method":"kernels","format":"blocks"}""";

    [Theory]
    [InlineData(ElementType.Float32, 2, 1)]
    [InlineData(ElementType.BFloat16, 3, 4)]
    [InlineData(ElementType.Float16, 1, 1)]
    public void What_was_written_is_read_with_its_zeros(ElementType type, int blockRows, int blockColumns)
    {
        const int rows = 6, columns = 8;
        var random = new Random(blockRows);
        var weights = Enumerable.Range(0, rows * columns).Select(_ => random.Next(-2, 3) / 2f).ToArray();
        var blocks = Enumerable.Range(0, rows / blockRows * (columns / blockColumns)).Select(_ => random.Next(2) == 0).ToArray();
        var keep = Enumerable.Range(0, rows * columns).Select(i => blocks[i / columns / blockRows * (columns / blockColumns) + i % columns / blockColumns]).ToArray();
        var mask = new WeightMask(rows, columns, keep);
        using var folder = new StoredFolder(BlockFormat.Write("w.weight", BlockMatrix.Pack(weights, mask, blockRows, blockColumns), type), Config);
        Assert.Equal(weights.Select((weight, i) => keep[i] ? weight : 0), folder.Read());
        Assert.Equal(mask, folder.ReadMask());
    }

    [Fact]
    public void A_weight_of_nothing_is_read()
    {
        using var folder = new StoredFolder(Parts([2, 2, 1, 1], [0, 0, 0], [], 0), Config);
        Assert.Equal(new float[4], folder.Read());
    }

    [Theory]
    [InlineData("block column 4 in block row 1", new long[] { 4, 8, 2, 2 }, new[] { 0, 1, 2 }, new[] { 0, 4 }, 8)]
    [InlineData("block column 1 after 1", new long[] { 4, 8, 2, 2 }, new[] { 0, 2, 2 }, new[] { 1, 1 }, 8)]
    [InlineData("offsets from 0 to 3", new long[] { 4, 8, 2, 2 }, new[] { 0, 1, 3 }, new[] { 0, 1 }, 8)]
    [InlineData("offset 1 after 2", new long[] { 6, 8, 2, 2 }, new[] { 0, 2, 1, 2 }, new[] { 0, 1 }, 8)]
    [InlineData("[3] follows", new long[] { 4, 8, 2, 2 }, new[] { 0, 2 }, new[] { 0, 1 }, 8)]
    [InlineData("[8] follows", new long[] { 4, 8, 2, 2 }, new[] { 0, 1, 2 }, new[] { 0, 1 }, 7)]
    [InlineData("blocks do not divide", new long[] { 5, 8, 2, 2 }, new[] { 0, 1, 2 }, new[] { 0, 1 }, 8)]
    [InlineData("[4, 8, 0, 2]", new long[] { 4, 8, 0, 2 }, new[] { 0, 1, 2 }, new[] { 0, 1 }, 8)]
    public void Damaged_blocks_are_refused_by_name(string value, long[] shape, int[] offsets, int[] blocks, int values)
    {
        using var folder = new StoredFolder(Parts(shape, offsets, blocks, values), Config);
        BitmaskTests.Refused(folder, value, "w.weight");
    }

    private static SafetensorsTensor[] Parts(long[] shape, int[] offsets, int[] blocks, int values) =>
    [
        StoredFolder.Tensor("w.weight.shape", "I64", shape, shape.Length), StoredFolder.Tensor("w.weight.offsets", "I32", offsets, offsets.Length),
        StoredFolder.Tensor("w.weight.blocks", "I32", blocks, blocks.Length), StoredFolder.Tensor("w.weight.values", "F32", new float[values], values),
    ];
}
