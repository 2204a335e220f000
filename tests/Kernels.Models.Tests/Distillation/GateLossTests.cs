using Xunit;

namespace Kernels.Models.Tests;

/// <summary>The gradient that gates learn by, against finite differences of the loss.</summary>
public sealed class GateLossTests
{
    private const int Block = 4, Channels = 6, Blocks = 7;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradient_is_that_of_the_loss(bool forDecode)
    {
        var random = new Random(5);
        var example = Example(random, forDecode);
        var weights = new GateWeights(forDecode ? 2 * Channels : Channels, 3 * Channels, Channels, projectsQueries: forDecode);
        foreach (var array in (double[][])[weights.Query, weights.Key])
            for (var i = 0; i < array.Length; i++) array[i] = random.NextDouble() - 0.5;
        var rotation = new RotaryFrequencies([1, 0.3, 0.05], factor: 1.2);
        var loss = new GateLoss(weights, new PositionTurns(rotation, Block * Blocks), Block);
        var (query, key) = (new double[weights.Query.Length], new double[weights.Key.Length]);

        Assert.Equal(loss.Value(example), loss.Gradient(example, query, key), 1e-12);
        AssertSlopes(weights.Key, key);
        AssertSlopes(weights.Query, query);

        void AssertSlopes(double[] array, double[] gradient)
        {
            const double Step = 1e-5;
            for (var i = 0; i < array.Length; i++)
            {
                var at = array[i];
                array[i] = at + Step;
                var above = loss.Value(example);
                array[i] = at - Step;
                var below = loss.Value(example);
                array[i] = at;
                Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-8);
            }

            if (array.Length > 0) Assert.Contains(gradient, slope => Math.Abs(slope) > 1e-3);
        }
    }

    [Fact]
    public void The_loss_of_a_gate_that_foretells_its_target_is_nothing()
    {
        var random = new Random(6);
        var example = Example(random, forDecode: false);
        var weights = new GateWeights(Channels, 3 * Channels, Channels, projectsQueries: false);
        for (var i = 0; i < weights.Key.Length; i++) weights.Key[i] = random.NextDouble() - 0.5;
        var loss = new GateLoss(weights, new PositionTurns(new RotaryFrequencies([1, 0.3, 0.05]), Block * Blocks), Block);
        Assert.True(loss.Value(example) > 0.01);
        for (var row = 0; row < example.Rows; row++)
        {
            var powers = loss.Logits(example, row).Select(Math.Exp).ToArray();
            for (var b = 0; b < powers.Length; b++) example.Targets[row][b] = powers[b] / powers.Sum();
        }

        Assert.Equal(0, loss.Value(example), 1e-12);
    }

    private static GateExample Example(Random random, bool forDecode)
    {
        var rows = forDecode ? Blocks * Block : Blocks;
        int BlockOf(int row) => forDecode ? row / Block : row;
        double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
        double[] Shares(int count)
        {
            var values = Enumerable.Range(0, count).Select(_ => random.NextDouble()).ToArray();
            return [.. values.Select(value => value / values.Sum())];
        }

        var targets = Enumerable.Range(0, rows).Select(row => Shares(BlockOf(row) + 1)).ToArray();
        return new GateExample
        {
            Queries = Values(rows * Channels * (forDecode ? 2 : 1)),
            Keys = Values(Blocks * 3 * Channels),
            Positions = [.. Enumerable.Range(0, rows).Select(row => forDecode ? row : row * Block)],
            Visible = [.. targets.Select(target => target.Length)],
            IsOwnComplete = [.. Enumerable.Range(0, rows).Select(row => !forDecode || (row + 1) % Block == 0)],
            Targets = targets,
            Mass = targets,
        };
    }
}
