using Xunit;

namespace Kernels.Models.Tests;

/// <summary>Quantised formats against encoders written from the layouts, value by value.</summary>
public sealed class PackedTests
{
    [Theory]
    [InlineData(4, 1, "none")]
    [InlineData(4, 4, "none")]
    [InlineData(8, 4, "packed")]
    [InlineData(4, 4, "packed")]
    [InlineData(4, 4, "bytes")]
    [InlineData(4, 4, "ordered")]
    public void Pack_quantized_is_read(int bits, int groups, string kind)
    {
        const int rows = 10, columns = 40;
        var random = new Random(3);
        var (low, high) = (-(1 << (bits - 1)), 1 << (bits - 1));
        var q = Enumerable.Range(0, rows * columns).Select(_ => random.Next(low, high)).ToArray();
        var scales = Enumerable.Range(0, rows * groups).Select(_ => (Half)(random.NextDouble() + 0.01)).ToArray();
        var zeros = Enumerable.Range(0, rows * groups).Select(_ => kind is "packed" or "bytes" ? random.Next(low, high) : 0).ToArray();
        var groupOf = Enumerable.Range(0, columns).Select(column => kind == "ordered" ? random.Next(groups) : column / (columns / groups)).ToArray();
        var perWord = 32 / bits;
        var words = new uint[rows * (columns / perWord)];
        for (var i = 0; i < q.Length; i++) words[i / perWord] |= (uint)(q[i] - low) << (i % perWord * bits);
        var parts = new List<SafetensorsTensor>
        {
            StoredFolder.Tensor("w.weight_packed", "I32", words, rows, columns / perWord),
            StoredFolder.Tensor("w.weight_scale", "F16", scales, rows, groups),
            StoredFolder.Tensor<long>("w.weight_shape", "I64", [rows, columns], 2),
        };
        if (kind == "ordered") parts.Add(StoredFolder.Tensor("w.weight_g_idx", "I32", groupOf, columns));
        if (kind == "bytes") parts.Add(StoredFolder.Tensor("w.weight_zero_point", "I8", Array.ConvertAll(zeros, zero => (sbyte)zero), rows, groups));
        if (kind == "packed")
        {
            var packed = new uint[(rows + perWord - 1) / perWord * groups];
            for (var row = 0; row < rows; row++)
                for (var group = 0; group < groups; group++)
                    packed[row / perWord * groups + group] |= (uint)(zeros[row * groups + group] - low) << (row % perWord * bits);
            parts.Add(StoredFolder.Tensor("w.weight_zero_point", "I32", packed, packed.Length / groups, groups));
        }

        using var folder = new StoredFolder(parts, StoredFolder.Packed(bits));
        var expected = q.Select((value, i) => (value - zeros[i / columns * groups + groupOf[i % columns]]) * (float)scales[i / columns * groups + groupOf[i % columns]]);
        Assert.Equal(expected, folder.Read());
        var integers = folder.ReadIntegers();
        if (kind == "ordered" || (bits == 8 && kind != "none")) Assert.Null(integers);
        else
        {
            Assert.Equal(expected, integers!.Value.Values);
            Assert.Equal(bits == 4 && kind == "none" ? ElementType.Int4 : ElementType.Int8, integers.Value.Type);
        }
    }

    [Fact]
    public void Damaged_pack_quantized_is_refused_by_name()
    {
        SafetensorsTensor packed = StoredFolder.Tensor("w.weight_packed", "I32", new int[2], 2, 1), scale = StoredFolder.Tensor("w.weight_scale", "F32", new float[4], 2, 2),
            shape = StoredFolder.Tensor<long>("w.weight_shape", "I64", [2, 8], 2), order = StoredFolder.Tensor("w.weight_g_idx", "I32", [0, 1, 0, 1, 0, 2, 0, 1], 8);
        void Refused(string config, string value, params SafetensorsTensor[] parts)
        {
            using var folder = new StoredFolder(parts, config);
            BitmaskTests.Refused(folder, value);
        }

        var four = StoredFolder.Packed(4);
        Refused(four, "2 at column 5", packed, scale, shape, order);
        Refused(four, "[2, 1]", packed, scale, StoredFolder.Tensor<long>("w.weight_shape", "I64", [2, 16], 2));
        Refused(StoredFolder.Packed(8), "[2, 1]", packed, scale, shape);
        Refused(four, "groups must divide", packed, StoredFolder.Tensor("w.weight_scale", "F32", new float[6], 2, 3), shape);
        Refused(four, "'weight_shape'", packed, scale);
        Refused(four, "weight_zero_point", packed, scale, shape, StoredFolder.Tensor("w.weight_zero_point", "I32", new int[4], 2, 2));
        Refused("null", "num_bits", packed, scale, shape);
        Refused(StoredFolder.Packed(3), "num_bits", packed, scale, shape);
        Refused(StoredFolder.Packed(5), "num_bits", packed, scale, shape);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 2)]
    public void Marlin_24_is_read(int bits, int groups)
    {
        const int rows = 256, columns = 256;
        var marlin = new MarlinEncoder(rows, columns, bits, groups, seed: 9);
        using var folder = new StoredFolder(marlin.Parts);
        var actual = folder.Read();
        for (var i = 0; i < actual.Length; i++) Assert.True(marlin.Dense[i] == actual[i], $"[{i / columns}, {i % columns}]: {actual[i]} for {marlin.Dense[i]}");
        var integers = folder.ReadIntegers()!.Value;
        Assert.Equal(marlin.Dense, integers.Values);
        Assert.Equal(bits == 4 ? ElementType.Int4 : ElementType.Int8, integers.Type);
        var mask = folder.ReadMask()!;
        Assert.Equal(rows * columns / 2, mask.Kept);
        for (var i = 0; i < actual.Length; i++) Assert.True(actual[i] == 0 || mask[i / columns, i % columns]);
    }

    [Fact]
    public void Damaged_marlin_24_is_refused_by_name()
    {
        var good = new MarlinEncoder(256, 128, 4, 1, seed: 10).Parts;
        void Refused(string part, SafetensorsTensor instead, params string[] values)
        {
            using var folder = new StoredFolder([.. good.Select(tensor => tensor.Name == part ? instead : tensor)]);
            BitmaskTests.Refused(folder, ["w.weight", .. values]);
        }

        var meta = good.Single(tensor => tensor.Name == "w.meta");
        var damaged = meta.Data.ToArray();
        damaged[0] = (byte)(damaged[0] & 0xF0 | 0x5); // both indices 1
        Refused("w.meta", meta with { Data = damaged }, "0x5", "legal pairs");
        Refused("w.meta", StoredFolder.Tensor("w.meta", "I16", new short[4 * 510], 4, 510), "[4, 510]");
        Refused("w.weight_packed", StoredFolder.Tensor("w.weight_packed", "I32", new int[4 * 256], 4, 256), "[4, 256]");
        Refused("w.scale_packed", StoredFolder.Tensor("w.scale_packed", "F16", new ushort[2 * 256], 2, 256), "[2, 256]");
    }
}
