using Kernels.Testing;
using Xunit;

namespace Kernels.Models.Tests;

public sealed class BitmaskTests
{
    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float16)]
    public void Two_of_four_is_read_as_written_with_its_zeros(ElementType type)
    {
        const int rows = 5, columns = 12;
        var (weights, keep) = Draw(rows, columns, type, (random, row) =>
        {
            var kept = new bool[columns];
            for (var group = 0; group < columns; group += 4)
                foreach (var i in Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(2)) kept[group + i] = true;
            return kept;
        });
        var written = BitmaskFormat.WriteTwoOfFour("w.weight", weights, new WeightMask(rows, columns, keep), type);
        Assert.Equal(["w.bitmask", "w.compressed", "w.shape"], written.Select(tensor => tensor.Name).Order());
        Assert.Equal(rows * columns / 2 * type.Size(), written.Single(tensor => tensor.Name == "w.compressed").Data.Length);
        using var folder = new StoredFolder(written, """{"quant_method":"compressed-tensors","sparsity_config":{"format":"sparse-24-bitmask"}}""");
        Assert.Equal(weights.Select((weight, i) => keep[i] ? weight : 0), folder.Read());
    }

    [Fact]
    public void Any_mask_is_read_as_written()
    {
        const int rows = 6, columns = 11;
        var (weights, keep) = Draw(rows, columns, ElementType.BFloat16, (random, row) => [.. Enumerable.Range(0, columns).Select(_ => row != 2 && random.Next(3) == 0)]);
        var written = BitmaskFormat.Write("w.weight", weights, new WeightMask(rows, columns, keep), ElementType.BFloat16);
        Assert.Contains("w.weight.row_offsets", written.Select(tensor => tensor.Name));
        using var folder = new StoredFolder(written);
        Assert.Equal(weights.Select((weight, i) => keep[i] ? weight : 0), folder.Read());
    }

    [Fact]
    public void Bytes_by_hand_mean_what_the_format_says()
    {
        // Columns 1 and 3 of the first four, 0 and 1 of the second.
        using var folder = new StoredFolder(
        [
            StoredFolder.Tensor<long>("w.shape", "I64", [1, 8], 2), StoredFolder.Tensor<byte>("w.bitmask", "U8", [0b0011_1010], 1, 1),
            StoredFolder.Tensor<float>("w.compressed", "F32", [5, 6, 7, 8], 1, 4),
        ]);
        Assert.Equal([0, 5, 0, 6, 7, 8, 0, 0], folder.Read());
    }

    [Theory]
    [InlineData("shape", "[1, 2] follows", new long[] { 1, 12 })]
    [InlineData("shape", "[-1, 8]", new long[] { -1, 8 })]
    [InlineData("shape", "[4611686018427387904, 8]", new long[] { 1L << 62, 8 })]
    [InlineData("bitmask", "0x7 in row 0, columns 0 to 3", new byte[] { 0b0011_0111 })]
    [InlineData("bitmask", "0x1", new byte[] { 0b0001_1010 })]
    public void Damaged_two_of_four_is_refused_by_name(string part, string value, object content)
    {
        using var folder = new StoredFolder(
        [
            StoredFolder.Tensor("w.shape", "I64", part == "shape" ? (long[])content : [1, 8], 2),
            StoredFolder.Tensor("w.bitmask", "U8", part == "bitmask" ? (byte[])content : [0b0011_1010], 1, 1),
            StoredFolder.Tensor<float>("w.compressed", "F32", [5, 6, 7, 8], 1, 4),
        ]);
        Refused(folder, value, "w.weight", "model.safetensors");
    }

    [Theory]
    [InlineData("row_offsets", "3 at row 1", new long[] { 0, 3 }, new byte[] { 0b11, 0b1 }, 3)]
    [InlineData("row_offsets", "-1 at row 0", new long[] { -1, 2 }, new byte[] { 0b11, 0b1 }, 3)]
    [InlineData("bitmask", "0x08 at the end of row 1", new long[] { 0, 2 }, new byte[] { 0b11, 0b1000 }, 3)]
    [InlineData("compressed", "4 values", new long[] { 0, 2 }, new byte[] { 0b11, 0b1 }, 4)]
    public void Damaged_bitmasks_are_refused_by_name(string part, string value, long[] offsets, byte[] bits, int values)
    {
        using var folder = new StoredFolder(
        [
            StoredFolder.Tensor<long>("w.weight.shape", "I64", [2, 3], 2), StoredFolder.Tensor("w.weight.bitmask", "U8", bits, 2, 1),
            StoredFolder.Tensor("w.weight.compressed", "F32", new float[values], values), StoredFolder.Tensor("w.weight.row_offsets", "I64", offsets, 2),
        ]);
        Refused(folder, part, value, "w.weight");
    }

    [Fact]
    public void Parts_that_are_missing_or_of_another_type_are_refused()
    {
        var shape = StoredFolder.Tensor<long>("w.shape", "I64", [1, 8], 2);
        var bits = StoredFolder.Tensor<byte>("w.bitmask", "U8", [0b0011_1010], 1, 1);
        var values = StoredFolder.Tensor<float>("w.compressed", "F32", [5, 6, 7, 8], 1, 4);
        using (var folder = new StoredFolder([bits, values])) Refused(folder, "'shape'", "missing");
        using (var folder = new StoredFolder([shape, bits])) Refused(folder, "'compressed'", "missing");
        using (var folder = new StoredFolder([shape, bits, values with { DataType = "I32" }])) Refused(folder, "I32");
        using (var folder = new StoredFolder([shape, bits with { Shape = [1] }, values])) Refused(folder, "[1]");
        using (var folder = new StoredFolder([shape, bits, values, values with { Name = "w.weight" }])) Refused(folder, "stored twice");
        using (var folder = new StoredFolder([shape, bits, values], """{"quant_method":"gptq"}""")) Refused(folder, "gptq");
        using (var folder = new StoredFolder([shape, bits, values], """{"quant_method":"compressed-tensors","sparsity_config":{"format":"sparse-9"}}""")) Refused(folder, "sparse-9");
    }

    internal static void Refused(StoredFolder folder, params string[] parts)
    {
        var message = Assert.Throws<ModelException>(() => folder.Read()).Message;
        Assert.DoesNotContain('\n', message);
        foreach (var part in parts) Assert.Contains(part, message);
    }

    private static (float[] Weights, bool[] Keep) Draw(int rows, int columns, ElementType type, Func<Random, int, bool[]> row)
    {
        var random = new Random(7);
        var weights = RandomValues.Normal(8, rows * columns, type);
        for (var i = 0; i < weights.Length; i += 3) weights[i] = 0; // kept zeros
        return (weights, [.. Enumerable.Range(0, rows).SelectMany(i => row(random, i))]);
    }
}
