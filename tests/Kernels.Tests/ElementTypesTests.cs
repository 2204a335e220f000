using Xunit;

namespace Kernels.Tests;

public class ElementTypesTests
{
    [Fact]
    public void Every_bfloat16_survives_a_round_trip()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = ElementTypes.FromBFloat16((ushort)bits);
            if (float.IsNaN(value)) Assert.True(float.IsNaN(ElementTypes.FromBFloat16(ElementTypes.ToBFloat16(value))));
            else Assert.Equal((ushort)bits, ElementTypes.ToBFloat16(value));
        }
    }

    [Theory]
    [InlineData(1f + 1f / 256, 1f)] // a tie goes to the even significand
    [InlineData(1f + 3f / 256, 1f + 4f / 256)]
    [InlineData(-1f - 1.01f / 256, -1f - 2f / 256)]
    public void Rounding_to_bfloat16_is_to_nearest_even(float value, float expected) =>
        Assert.Equal(expected, ElementTypes.FromBFloat16(ElementTypes.ToBFloat16(value)));
}
