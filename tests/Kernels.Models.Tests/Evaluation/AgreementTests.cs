using CsCheck;
using Xunit;

namespace Kernels.Models.Tests;

public class AgreementTests
{
    [Fact]
    public void Equal_runs_agree_entirely()
    {
        var agreement = new Agreement();
        agreement.Add([1f, 2f, 3f], [1f, 2f, 3f], 0);
        agreement.Add([5f, 2f, 3f], [15f, 12f, 13f], null); // a constant added to all logits changes nothing
        Assert.Equal(1, agreement.Top1);
        Assert.Equal(0, agreement.MeanDivergence, 1e-12);
        Assert.Equal((2, 1), (agreement.Positions, agreement.Dense.Positions));
        Assert.Equal(agreement.Dense.Perplexity, agreement.Sparse.Perplexity);
    }

    [Fact]
    public void Measures_follow_their_definitions() => Gen.Select(Gen.Float[-20, 20].Array[3], Gen.Float[-20, 20].Array[3], Gen.Int[0, 2]).Sample((dense, sparse, next) =>
    {
        var agreement = new Agreement();
        agreement.Add(dense, sparse, next);
        var (p, q) = (Softmax(dense), Softmax(sparse));
        Assert.Equal(p.Zip(q, (a, b) => a == 0 ? 0 : a * Math.Log(a / b)).Sum(), agreement.MeanDivergence, 1e-9);
        Assert.Equal(1 / p[next], agreement.Dense.Perplexity, 1e-6 / p[next]);
        Assert.Equal(1 / q[next], agreement.Sparse.Perplexity, 1e-6 / q[next]);
        Assert.Equal(Array.IndexOf(dense, dense.Max()) == Array.IndexOf(sparse, sparse.Max()) ? 1 : 0, agreement.Top1);
    }, threads: 1);

    [Fact]
    public void Perplexity_of_even_odds_is_their_number()
    {
        var loss = new NextTokenLoss();
        for (var i = 0; i < 4; i++) loss.Add([2f, 2f, 2f, 2f, 2f], i);
        Assert.Equal(5, loss.Perplexity, 1e-12);
    }

    private static double[] Softmax(float[] logits)
    {
        var weights = logits.Select(logit => Math.Exp((double)logit - logits.Max())).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }
}
