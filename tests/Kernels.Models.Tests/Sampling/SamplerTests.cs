using CsCheck;
using Xunit;

namespace Kernels.Models.Tests;

public class SamplerTests
{
    [Fact]
    public void Greedy_takes_the_earliest_of_the_largest()
    {
        var sampler = new Sampler(SamplingOptions.Greedy);
        Assert.Equal(1, sampler.Choose([0f, 3f, -1f, 3f]));
        Assert.Equal(0, sampler.Choose([float.NegativeInfinity, float.NegativeInfinity]));
    }

    [Fact]
    public void The_generator_gives_the_published_numbers()
    {
        // First outputs of xoshiro256** with the state SplitMix64 makes of seed 0, by the authors' C code.
        var random = new Xoshiro256(0);
        Assert.Equal([0x99EC5F36CB75F2B4UL, 0xBF6E1F784956452AUL, 0x1A5F849D4933E6E0UL], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void The_same_seed_gives_the_same_tokens_and_another_seed_others()
    {
        float[] logits = [1f, 2f, 0.5f, 1.5f];
        int[] Draw(ulong seed)
        {
            var sampler = new Sampler(new SamplingOptions { Temperature = 1, Seed = seed });
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Choose(logits))];
        }

        Assert.Equal(Draw(7), Draw(7));
        Assert.NotEqual(Draw(7), Draw(8));
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(0.5, 1.0)]
    [InlineData(2.0, 0.8)]
    [InlineData(1.0, 0.5)]
    [InlineData(1.0, 0.01)]
    public void Frequencies_follow_the_distribution(double temperature, double topP)
    {
        float[] logits = [0.1f, 2f, -1f, 1.2f, 0f, 1.9f];
        var expected = Distribution(logits, temperature, topP);
        var sampler = new Sampler(new SamplingOptions { Temperature = temperature, TopP = topP, Seed = 42 });
        const int draws = 20_000;
        var counts = new int[logits.Length];
        for (var i = 0; i < draws; i++) counts[sampler.Choose(logits)]++;
        for (var token = 0; token < logits.Length; token++)
        {
            if (expected[token] == 0) Assert.Equal(0, counts[token]);
            else Assert.Equal(expected[token], (double)counts[token] / draws, 5 * Math.Sqrt(expected[token] * (1 - expected[token]) / draws) + 1e-12);
        }
    }

    [Fact]
    public void The_nucleus_is_the_smallest_set_that_reaches_p() => Gen.Select(Gen.Float[-5, 5].Array[1, 40], Gen.Double[0.01, 0.99]).Sample((logits, topP) =>
    {
        var expected = Distribution(logits, 1, topP);
        var sampler = new Sampler(new SamplingOptions { Temperature = 1, TopP = topP, Seed = 3 });
        for (var i = 0; i < 50; i++) Assert.True(expected[sampler.Choose(logits)] > 0);
    }, threads: 1);

    [Fact]
    public void A_logit_that_is_no_number_is_refused() =>
        Assert.Contains("token 1", Assert.Throws<ModelException>(() => new Sampler(SamplingOptions.Greedy).Choose([0f, float.NaN])).Message);

    [Theory]
    [InlineData(-0.1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1.1)]
    [InlineData(1, double.NaN)]
    public void Options_out_of_range_are_refused(double temperature, double topP) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new SamplingOptions { Temperature = temperature, TopP = topP }));

    private static double[] Distribution(float[] logits, double temperature, double topP)
    {
        var weights = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        var total = weights.Sum();
        var kept = new double[weights.Length];
        double sum = 0;
        foreach (var token in Enumerable.Range(0, weights.Length).OrderByDescending(i => weights[i]).ThenBy(i => i))
        {
            if (sum >= topP * total * (1 + 1e-12) && sum > 0) break;
            kept[token] = weights[token];
            sum += weights[token];
        }

        return [.. kept.Select(weight => weight / sum)];
    }
}
