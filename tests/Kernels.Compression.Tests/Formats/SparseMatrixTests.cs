using Kernels.Testing;
using Xunit;

namespace Kernels.Compression.Tests;

/// <summary>Packing keeps exactly what the mask keeps, zeros included, and says no to everything else.</summary>
public sealed class SparseMatrixTests
{
    public static TheoryData<string, WeightMask> Cases => new()
    {
        { "2:4", DrawnMasks.SemiStructured(1, 6, 24, 2, 4) },
        { "1:4", DrawnMasks.SemiStructured(2, 5, 12, 1, 4) },
        { "3:7", DrawnMasks.SemiStructured(3, 4, 21, 3, 7) },
        { "5:32", DrawnMasks.SemiStructured(4, 3, 96, 5, 32) },
        { "4:4", DrawnMasks.SemiStructured(5, 2, 8, 4, 4) },
        { "2:8/4", DrawnMasks.SemiStructured(6, 8, 16, 2, 8, 4) },
        { "4:2:8", DrawnMasks.Vnm(7, 8, 24, 4, 8) },
        { "16:2:10", DrawnMasks.Vnm(8, 32, 30, 16, 10) },
        { "unstructured@0.5", DrawnMasks.Blocks(9, 7, 13, 1, 1, 0.4) },
        { "group:2@0.5", DrawnMasks.Blocks(10, 8, 9, 2, 1, 0.5) },
        { "group:4@0.5", DrawnMasks.Blocks(11, 12, 9, 4, 1, 0.3) },
        { "group:8@0.5", DrawnMasks.Blocks(12, 16, 5, 8, 1, 0.6) },
        { "group:16@0.5", DrawnMasks.Blocks(13, 32, 5, 16, 1, 0.6) },
        { "block:4@0.5", DrawnMasks.Blocks(14, 12, 16, 4, 4, 0.5) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Packed_is_what_the_mask_keeps(string pattern, WeightMask mask)
    {
        var weights = RandomValues.Normal(21, mask.Rows * mask.Columns);
        for (var i = 0; i < weights.Length; i += 3) weights[i] = 0; // many of them kept
        var packed = SparsityPattern.Parse(pattern).Pack(weights, mask);
        Assert.Equal(mask, packed.Mask());
        Assert.Equal(mask.Kept, packed.Values.Length);
        var expected = (float[])weights.Clone();
        for (var i = 0; i < weights.Length; i++)
            if (!mask[i / mask.Columns, i % mask.Columns]) expected[i] = 0;
        Assert.Equal(expected, packed.Densify());
    }

    [Fact]
    public void Masks_of_another_pattern_are_refused_with_the_place()
    {
        var weights = new float[2 * 8];
        Refused("row 1, columns 4 to 7", () => SemiStructuredMatrix.Pack(weights, Without(DrawnMasks.SemiStructured(1, 2, 8, 2, 4), 1, 4), 2, 4));
        Refused("differ at column", () => SemiStructuredMatrix.Pack(weights, Without(DrawnMasks.SemiStructured(1, 2, 8, 2, 4, 2), 1, 0), 2, 4, 2));
        Refused("a block at [0, 4]", () => BlockMatrix.Pack(weights, Without(WeightMask.Full(2, 8), 1, 4), 2, 1));
        Refused("8 columns in use", () => VnmMatrix.Pack(weights, WeightMask.Full(2, 8), 2, 8));
        Refused("multiples of [4, 1]", () => BlockMatrix.Pack(weights, WeightMask.Full(2, 8), 4, 1));
        Refused("multiples of [1, 3]", () => SemiStructuredMatrix.Pack(weights, WeightMask.Full(2, 8), 3, 3));
        Refused("15 weights", () => BlockMatrix.Pack(new float[15], WeightMask.Full(2, 8), 1, 1));
        Refused("33", () => SemiStructuredMatrix.Pack(weights, WeightMask.Full(2, 8), 2, 33));
    }

    [Fact]
    public void Damaged_indices_are_refused()
    {
        Refused("index 4", () => new SemiStructuredMatrix(1, 4, 2, 4, 1, new float[2], [0, 4]));
        Refused("index 1 after 1", () => new SemiStructuredMatrix(1, 4, 2, 4, 1, new float[2], [1, 1]));
        Refused("1 values", () => new SemiStructuredMatrix(1, 4, 2, 4, 1, new float[1], [0, 1]));
        Refused("selected column 8", () => new VnmMatrix(1, 8, 1, 8, new float[2], [0, 1, 2, 8], [0, 1]));
        Refused("index 0 after 3", () => new VnmMatrix(1, 8, 1, 8, new float[2], [0, 1, 2, 3], [3, 0]));
        Refused("offset 0 after 1", () => new BlockMatrix(3, 4, 1, 1, [0, 1, 0, 1], [0], [1]));
        Refused("offsets from 0 to 2", () => new BlockMatrix(1, 4, 1, 1, [0, 2], [0], [1]));
        Refused("block column 4", () => new BlockMatrix(1, 4, 1, 1, [0, 1], [4], [1]));
        Refused("block column -1", () => new BlockMatrix(1, 4, 1, 1, [0, 1], [-1], [1]));
        Refused("block column 2 after 2", () => new BlockMatrix(1, 4, 1, 1, [0, 2], [2, 2], [1, 1]));
        Refused("offset 5", () => new BlockMatrix(2, 4, 1, 1, [0, 5, 1], [0], [1]));
    }

    private static void Refused(string value, Func<object> make) => Assert.Contains(value, Assert.Throws<SparsityException>(make).Message);

    // The mask with one place flipped.
    private static WeightMask Without(WeightMask mask, int row, int column)
    {
        var keep = mask.ToArray();
        keep[row * mask.Columns + column] ^= true;
        return new WeightMask(mask.Rows, mask.Columns, keep);
    }
}
