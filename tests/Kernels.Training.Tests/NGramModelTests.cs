using System.Text;
using Kernels.Training.Baseline;
using Xunit;

namespace Kernels.Training.Tests;

public class NGramModelTests
{
    private static readonly byte[] Text = Encoding.ASCII.GetBytes("the cat sat on the mat; the rat sat on the cat, and that was that");

    [Theory]
    [InlineData("")]
    [InlineData("the ")]
    [InlineData("sat on the")]
    [InlineData("never seen: zzzq")]
    public void Probabilities_sum_to_one_after_any_history(string history)
    {
        var model = new NGramModel(4);
        model.Add(Text);
        model.Discounts[2] = 0.3;
        var sum = 0.0;
        for (var next = 0; next < 256; next++)
        {
            var p = model.Probability(Encoding.ASCII.GetBytes(history), (byte)next);
            Assert.True(p > 0);
            sum += p;
        }

        Assert.Equal(1, sum, 1e-12);
    }

    [Fact]
    public void One_order_is_the_formula_by_hand()
    {
        var model = new NGramModel(1);
        model.Add("aab"u8);
        model.Discounts[0] = 0.5;
        model.Discounts[1] = 0.25;
        var below = (2 - 0.5 + 0.5 * 2 / 256.0) / 3; // a: twice among three bytes of two kinds
        var expected = (1 - 0.25 + 0.25 * 2 * below) / 2; // after a: a once, b once
        Assert.Equal(expected, model.Probability("a"u8, (byte)'a'), 1e-12);
    }

    [Fact]
    public void Tuning_does_not_make_the_loss_worse()
    {
        var model = new NGramModel(4);
        model.Add(Text);
        var heldOut = "that cat and the rat sat"u8;
        var before = model.Loss(heldOut);
        model.Tune(heldOut);
        Assert.True(model.Loss(heldOut) <= before);
    }
}
