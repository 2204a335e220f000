using System.Runtime.InteropServices;
using Xunit;

namespace Kernels.Tests.Contraction.Gpu;

/// <summary>The order of packed weights by hand: a few weights in the words the PTX ISA's figures put them in.</summary>
public sealed class TensorWeightPackerTests
{
    private const uint One = 0x3C00, Two = 0x4000, Three = 0x4200;

    [Theory]
    // Output 0, inputs 0 and 1 are word 0 of lane 0; input 2 begins lane 1.
    [InlineData(0, 0, 0, 0)]
    [InlineData(0, 1, 0, 16)]
    [InlineData(0, 2, 4, 0)]
    // Eight outputs on is word 1, eight inputs on word 2, both word 3.
    [InlineData(8, 0, 1, 0)]
    [InlineData(0, 8, 2, 0)]
    [InlineData(8, 8, 3, 0)]
    // Output 1 begins lane 4; output 16 begins the second fragment, 128 words on; input 16 the second slice, 8 fragments on.
    [InlineData(1, 0, 16, 0)]
    [InlineData(16, 0, 128, 0)]
    [InlineData(0, 16, 1024, 0)]
    // Output 128 begins the second tile, input 32 the second of its two steps of 2,048 words.
    [InlineData(128, 0, 4096, 0)]
    [InlineData(0, 32, 2048, 0)]
    [InlineData(27, 45, 2048 + 128 + (3 * 4 + 2) * 4 + 1 + 2, 16)]
    public void A_dense_weight_lies_in_its_word(int output, int input, int word, int shift)
    {
        var layout = new TensorWeightLayout(WeightFormat.Dense, ElementType.Float16, 130, 50);
        var packed = Pack(layout, (output, input, 1f));
        Assert.Equal(One << shift, packed[word]);
        Assert.Equal(1, packed.Count(value => value != 0));
    }

    [Fact]
    public void Two_of_four_keep_the_largest_in_order_and_note_where_they_stood()
    {
        var layout = new TensorWeightLayout(WeightFormat.SemiStructured, ElementType.Float16, 20, 32);
        var packed = Pack(layout, (0, 1, 1f), (0, 2, -0.5f), (0, 3, 2f), (9, 20, 3f), (9, 21, 1f), (17, 4, 2f));
        Assert.Equal(One | Two << 16, packed[0]);

        // Output 9 is row 9 of the fragment: lane 4 holds rows 1 and 9; inputs 20 to 23 are stored columns 10 and 11, one lane on in words 2 and 3.
        Assert.Equal(Three | One << 16, packed[(4 + 1) * 4 + 1 + 2]);

        // Positions follow 1,024 words of values. Groups without weights keep columns 0 and 1: 0 | 1 << 2.
        Assert.Equal(0x4444_444Du, packed[1024]);
        Assert.Equal(0x4444_4444u, packed[1024 + 1]);
        Assert.Equal(0x4444_4444u, packed[1024 + 4]);
        Assert.Equal(0x4444_4444u, packed[1024 + 5]);

        // Output 17 is row 1 of the second fragment: lanes 6 and 7; its weight leads columns 4 to 7.
        Assert.Equal(Two, packed[128 + (4 + 1) * 4]);
        Assert.Equal(0x4444_4444u, packed[1024 + 6]);
    }

    [Fact]
    public void Ties_go_to_the_earlier_column_and_NaN_is_never_dropped()
    {
        var layout = new TensorWeightLayout(WeightFormat.SemiStructured, ElementType.BFloat16, 1, 8);
        var packed = Pack(layout, (0, 0, 1f), (0, 1, -1f), (0, 2, 1f), (0, 3, 1f), (0, 4, 8f), (0, 5, 9f), (0, 7, float.NaN));
        Assert.Equal(0x3F80u | 0xBF80u << 16, packed[0]);
        Assert.Equal(0x4110u, packed[4] & 0xFFFF);
        Assert.True(float.IsNaN(ElementTypes.FromBFloat16((ushort)(packed[4] >> 16))));
        Assert.Equal(0x4444_44D4u, packed[1024]);
    }

    [Fact]
    public void A_transposed_source_packs_the_same()
    {
        var layout = new TensorWeightLayout(WeightFormat.SemiStructured, ElementType.Float16, 140, 44);
        var random = new Random(5);
        var values = Enumerable.Range(0, 140 * 44).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var transposed = new float[values.Length];
        for (var i = 0; i < values.Length; i++) transposed[i % 44 * 140 + i / 44] = values[i];
        Assert.Equal(Pack(layout, values, false), Pack(layout, transposed, true));
    }

    private static uint[] Pack(TensorWeightLayout layout, params (int Output, int Input, float Value)[] weights)
    {
        var values = new float[layout.Outputs * layout.Inputs];
        foreach (var (output, input, value) in weights) values[output * layout.Inputs + input] = value;
        return Pack(layout, values, false);
    }

    private static uint[] Pack(TensorWeightLayout layout, float[] values, bool transposed)
    {
        var source = new HostMatrix(MemoryMarshal.AsBytes(values.AsSpan()), ElementType.Float32, layout.Outputs, layout.Inputs, transposed);
        var packed = new uint[layout.Tiles * layout.TileWords];
        for (var tile = 0; tile < layout.Tiles; tile++)
            TensorWeightPacker.Pack(source, layout, tile, packed.AsSpan(tile * layout.TileWords, layout.TileWords));
        return packed;
    }
}
