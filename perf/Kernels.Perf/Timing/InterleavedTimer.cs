namespace Kernels.Perf.Timing;

/// <summary>Times contenders in turn, round after round, so that a change of the machine's pace meets them all.</summary>
/// <param name="rounds">Samples of each contender.</param>
/// <param name="warmUp">Least time each contender runs before it is timed: two runs in any case, so that code is compiled
/// and, where it is called often, recompiled.</param>
/// <param name="sample">Least duration of a sample; short runs are repeated and divided.</param>
/// <param name="clock">Where time comes from.</param>
internal sealed class InterleavedTimer(int rounds, TimeSpan warmUp, TimeSpan sample, TimeProvider clock)
{
    /// <summary>Samples of each contender, in the order of <paramref name="runs"/>.</summary>
    public Samples[] Measure(IReadOnlyList<Action> runs, Action<int> roundDone, CancellationToken cancellation)
    {
        var repeats = new int[runs.Count];
        for (var i = 0; i < runs.Count; i++) repeats[i] = WarmUp(runs[i], cancellation);

        var samples = runs.Select(_ => new Samples()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < runs.Count; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                // The one who runs first changes from round to round: what the predecessor leaves in the caches favours no one.
                var who = (turn + round) % runs.Count;
                samples[who].Add(Time(runs[who], repeats[who]));
            }

            roundDone(round + 1);
        }

        return samples;
    }

    private double Time(Action run, int repeats)
    {
        var start = clock.GetTimestamp();
        for (var i = 0; i < repeats; i++) run();
        return clock.GetElapsedTime(start).TotalSeconds / repeats;
    }

    private int WarmUp(Action run, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var runs = 0;
        var fastest = double.PositiveInfinity;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            fastest = Math.Min(fastest, Time(run, 1));
            runs++;
        }
        while (runs < 2 || clock.GetElapsedTime(start) < warmUp);

        return fastest <= 0 ? 1 : (int)Math.Clamp(Math.Ceiling(sample.TotalSeconds / fastest), 1, 1_000_000);
    }
}
