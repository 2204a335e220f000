using Kernels.Training.Model;
using Kernels.Training.Numerics;
using Xunit;

namespace Kernels.Training.Tests;

public unsafe class ReplicaTests
{
    internal static readonly ModelShape Tiny = new(256, 32, 2, 2, 1, 64, 48, 10_000, 64);

    [Fact]
    public void Every_parameter_gradient_agrees_with_central_differences()
    {
        const int Sequences = 2, Tokens = 12;
        var layout = new ParameterLayout(Tiny);
        using var parameters = Randomized(layout);
        using var replica = new Replica(layout, Sequences, Tokens);
        var random = new Random(3);
        var text = new byte[Sequences * Tokens + 1];
        random.NextBytes(text);
        var (inputs, targets) = (text[..^1], text[1..]);
        replica.Load(parameters.Pointer, training: true);
        replica.ClearGradient();
        replica.Accumulate(inputs, targets, 1f);
        var gradient = new Span<float>(replica.Gradient, layout.Length).ToArray();
        foreach (var slice in layout.Slices)
        {
            var analytic = gradient.AsSpan(slice.Offset, slice.Length).ToArray();
            var norm = Math.Sqrt(analytic.Sum(g => (double)g * g));
            Assert.True(norm > 0, $"{slice.Name} has no gradient");
            for (var trial = 0; trial < 3; trial++)
            {
                // Along the gradient itself and along random signs, so that neither a wrong nor a missing part can hide.
                var direction = trial == 0
                    ? analytic.Select(g => g / norm).ToArray()
                    : analytic.Select(_ => (random.Next(2) * 2 - 1) / Math.Sqrt(slice.Length)).ToArray();
                var expected = Slope(direction, slice);
                var actual = 0.0;
                for (var i = 0; i < slice.Length; i++) actual += direction[i] * analytic[i];
                Assert.True(Math.Abs(expected - actual) <= 5e-3 * norm, $"{slice.Name}, direction {trial}: {actual:g5}, by differences {expected:g5}, norm {norm:g5}");
            }
        }

        double Slope(double[] direction, ParameterSlice slice)
        {
            const double Step = 4e-3;
            return (Loss(Step) - Loss(-Step)) / (2 * Step);

            double Loss(double step)
            {
                var saved = new Span<float>(parameters.Pointer + slice.Offset, slice.Length).ToArray();
                for (var i = 0; i < slice.Length; i++) parameters.Pointer[slice.Offset + i] += (float)(step * direction[i]);
                replica.Load(parameters.Pointer, training: false);
                var loss = replica.Evaluate(inputs, targets);
                saved.CopyTo(new Span<float>(parameters.Pointer + slice.Offset, slice.Length));
                return loss;
            }
        }
    }

    /// <summary>Starting values with every zero filled, so that no gradient vanishes by accident.</summary>
    internal static Workspace Randomized(ParameterLayout layout)
    {
        var parameters = new Workspace(layout.Length);
        Initialization.Fill(parameters.Pointer, layout, 1);
        var random = new Random(2);
        foreach (ref var p in parameters.Span) p += (float)(random.NextDouble() - 0.5) * 0.3f;
        return parameters;
    }
}
