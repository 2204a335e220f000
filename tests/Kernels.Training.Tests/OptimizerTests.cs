using Kernels.Training.Model;
using Kernels.Training.Numerics;
using Kernels.Training.Optimization;
using Xunit;

namespace Kernels.Training.Tests;

public unsafe class OptimizerTests
{
    [Fact]
    public void AdamW_follows_its_definition()
    {
        var layout = new ParameterLayout(ReplicaTests.Tiny);
        var options = new AdamOptions(ClipNorm: 1, WeightDecay: 0.1);
        using var optimizer = new AdamW(layout, options);
        using var parameters = ReplicaTests.Randomized(layout);
        using var gradient = new Workspace(layout.Length);
        var expected = parameters.Span.ToArray().Select(p => (double)p).ToArray();
        var (first, second) = (new double[layout.Length], new double[layout.Length]);
        var random = new Random(7);
        for (var step = 1; step <= 5; step++)
        {
            foreach (ref var g in gradient.Span) g = (float)(random.NextDouble() - 0.5) * (step == 3 ? 1e-5f : 1);
            var norm = Math.Sqrt(gradient.Span.ToArray().Sum(g => (double)g * g));
            Assert.Equal(norm, optimizer.Step(parameters.Pointer, gradient.Pointer, 1e-2), 1e-6 * norm);
            var clip = Math.Min(1, 1 / norm);
            foreach (var slice in layout.Slices)
            for (var i = slice.Offset; i < slice.Offset + slice.Length; i++)
            {
                var g = gradient.Span[i] * clip;
                first[i] = 0.9 * first[i] + 0.1 * g;
                second[i] = 0.98 * second[i] + 0.02 * g * g;
                if (slice.Decays) expected[i] *= 1 - 1e-2 * 0.1;
                expected[i] -= 1e-2 * (first[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.98, step))) + 1e-8);
            }
        }

        for (var i = 0; i < layout.Length; i++) Assert.Equal(expected[i], parameters.Span[i], 1e-4);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_stops_the_run()
    {
        var layout = new ParameterLayout(ReplicaTests.Tiny);
        using var optimizer = new AdamW(layout, new AdamOptions());
        using var parameters = ReplicaTests.Randomized(layout);
        using var gradient = new Workspace(layout.Length);
        gradient.Span[5] = float.NaN;
        Assert.Throws<InvalidOperationException>(() => optimizer.Step(parameters.Pointer, gradient.Pointer, 1e-2));
        Assert.Equal(0, optimizer.Steps);
    }

    [Fact]
    public void The_rate_rises_stays_and_falls()
    {
        var schedule = new LearningRateSchedule(1, 0.1, WarmUp: 10, Decay: 0.5);
        Assert.Equal(0.1, schedule.At(0, 0), 9);
        Assert.Equal(1, schedule.At(9, 0.01), 9);
        Assert.Equal(1, schedule.At(500, 0.5), 9);
        Assert.Equal(0.55, schedule.At(700, 0.75), 9);
        Assert.Equal(0.1, schedule.At(1000, 1), 9);
    }
}
