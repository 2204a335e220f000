using Xunit;

namespace Kernels.Compression.Tests;

public sealed class WeightMaskTests
{
    [Fact]
    public void Bits_and_booleans_are_one_mask()
    {
        var random = new Random(5);
        for (var columns = 1; columns <= 17; columns++)
        {
            var keep = Enumerable.Range(0, 3 * columns).Select(_ => random.Next(2) == 1).ToArray();
            var mask = new WeightMask(3, columns, keep);
            Assert.Equal(keep, mask.ToArray());
            Assert.Equal(keep.Count(kept => kept), mask.Kept);
            Assert.Equal(keep.Take(columns).Count(kept => kept), mask.KeptOf(0));
            for (var i = 0; i < keep.Length; i++) Assert.Equal(keep[i], mask[i / columns, i % columns]);
            var read = WeightMask.FromBits(3, columns, mask.Bits);
            Assert.Equal(mask, read);
            Assert.Equal(mask.GetHashCode(), read.GetHashCode());
        }
    }

    [Fact]
    public void Column_8b_plus_i_is_bit_i_of_byte_b()
    {
        var keep = new bool[2 * 10];
        keep[10 + 8] = keep[3] = true;
        Assert.Equal(new byte[] { 0b1000, 0, 0, 0b1 }, new WeightMask(2, 10, keep).Bits.ToArray());
    }

    [Fact]
    public void Spare_bits_and_wrong_lengths_are_refused()
    {
        Assert.Contains("row 1", Assert.Throws<SparsityException>(() => WeightMask.FromBits(2, 3, [0b111, 0b1111])).Message);
        Assert.Contains("3 bytes", Assert.Throws<SparsityException>(() => WeightMask.FromBits(2, 3, [1, 2, 3])).Message);
        Assert.Throws<SparsityException>(() => new WeightMask(2, 3, new bool[5]));
        Assert.Throws<SparsityException>(() => WeightMask.Full(2, 3).Apply(new float[5]));
    }

    [Fact]
    public void A_mask_drops_by_place_and_not_by_value()
    {
        float[] weights = [0, 1, 2, 0];
        new WeightMask(1, 4, [true, false, true, false]).Apply(weights);
        Assert.Equal([0, 0, 2, 0], weights);
        Assert.NotEqual(new WeightMask(1, 4, [true, false, true, false]), new WeightMask(1, 4, [false, false, true, false]));
        Assert.NotEqual(WeightMask.Full(1, 4), WeightMask.Full(4, 1));
    }
}
