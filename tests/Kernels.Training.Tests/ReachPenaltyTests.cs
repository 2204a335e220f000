using Kernels.Training.Model;
using Xunit;

namespace Kernels.Training.Tests;

public unsafe class ReachPenaltyTests
{
    [Fact]
    public void The_penalty_has_the_gradient_of_the_attention_beyond_reach()
    {
        const int Tokens = 640;
        const double Weight = 5;
        var shape = ReplicaTests.Tiny with { Layers = 1, Context = Tokens };
        var layout = new ParameterLayout(shape);
        using var parameters = ReplicaTests.Randomized(layout);
        foreach (var bias in (ParameterSlice[])[layout.Layers[0].ProjectionBias, layout.Layers[0].KeyBias]) // without the recency prior much lies far away
            new Span<float>(parameters.Pointer + bias.Offset, bias.Length).Clear();
        using var replica = new Replica(layout, 1, Tokens, reach: 512, reachWeight: Weight);
        var random = new Random(5);
        var text = new byte[Tokens + 1];
        random.NextBytes(text);
        var (inputs, targets) = (text[..^1], text[1..]);
        replica.Load(parameters.Pointer, training: true);
        replica.ClearGradient();
        replica.Accumulate(inputs, targets, 1f);
        Assert.True(replica.Outside > 10, $"only {replica.Outside:g3} nats lie beyond reach; the test would show nothing");
        var layer = layout.Layers[0];
        foreach (var slice in (ParameterSlice[])[layer.Projection, layer.KeyProjection, layer.AttentionNorm, layout.Embedding])
        {
            var gradient = new Span<float>(replica.Gradient + slice.Offset, slice.Length).ToArray();
            var norm = Math.Sqrt(gradient.Sum(g => (double)g * g));
            for (var trial = 0; trial < 2; trial++)
            {
                var direction = gradient.Select(g => trial == 0 ? g / norm : (random.Next(2) * 2 - 1) / Math.Sqrt(slice.Length)).ToArray();
                const double Step = 2e-3;
                var expected = (Total(Step) - Total(-Step)) / (2 * Step);
                var actual = direction.Zip(gradient).Sum(pair => pair.First * pair.Second);
                Assert.True(Math.Abs(expected - actual) <= 1e-2 * norm, $"{slice.Name}: {actual:g5}, by differences {expected:g5}, norm {norm:g5}");

                double Total(double step)
                {
                    var saved = new Span<float>(parameters.Pointer + slice.Offset, slice.Length).ToArray();
                    for (var i = 0; i < slice.Length; i++) parameters.Pointer[slice.Offset + i] += (float)(step * direction[i]);
                    replica.Load(parameters.Pointer, training: false);
                    var loss = replica.Evaluate(inputs, targets) + Weight * replica.Outside;
                    saved.CopyTo(new Span<float>(parameters.Pointer + slice.Offset, slice.Length));
                    return loss;
                }
            }
        }
    }
}
