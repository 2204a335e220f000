using Kernels.Perf.Timing;
using Xunit;

namespace Kernels.Perf.Tests;

public class TimingTests
{
    [Fact]
    public void Contenders_take_turns_and_short_runs_are_repeated()
    {
        var clock = new ManualClock();
        var turns = new List<char>();
        var timer = new InterleavedTimer(3, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.03), clock);
        var rounds = new List<int>();
        var samples = timer.Measure(
            [() => Spend('a', 1), () => Spend('b', 0.01)], rounds.Add, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], rounds);
        Assert.Equal(3, samples[0].Count);
        Assert.Equal(1, samples[0].Median, 6);
        Assert.Equal(0.01, samples[1].Median, 6);
        // Warm-up: two long runs, half a second of short ones; then a bbb · bbb a · a bbb.
        Assert.Equal(2 + 50, turns.Count - (3 + 9));
        Assert.Equal("abbbbbbaabbb", new string([.. turns.Skip(52)]));

        void Spend(char who, double seconds)
        {
            turns.Add(who);
            clock.Advance(seconds);
        }
    }

    [Fact]
    public void Cancelling_ends_between_two_samples()
    {
        using var source = new CancellationTokenSource();
        var timer = new InterleavedTimer(9, TimeSpan.Zero, TimeSpan.Zero, TimeProvider.System);
        var runs = 0;
        Assert.Throws<OperationCanceledException>(() => timer.Measure([() => runs++], _ => source.Cancel(), source.Token));
        Assert.Equal(3, runs); // Two to warm up, one sample.
    }

    [Fact]
    public void Spread_is_the_middle_sixty_percent_over_the_median()
    {
        var samples = new Samples();
        foreach (var seconds in new[] { 5.0, 1, 2, 4, 3, 100 }) samples.Add(seconds);
        Assert.Equal(3.5, samples.Median);
        Assert.Equal(1, samples.Best);
        Assert.Equal((5.0 - 2) / 3.5, samples.Spread, 12);
    }
}
