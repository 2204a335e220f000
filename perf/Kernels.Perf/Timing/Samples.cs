namespace Kernels.Perf.Timing;

/// <summary>Seconds of one run, one sample per round, in the order of the rounds.</summary>
internal sealed class Samples
{
    private readonly List<double> _seconds = [];

    public int Count => _seconds.Count;

    /// <summary>The middle sample: what an undisturbed run takes even where some rounds were disturbed.</summary>
    public double Median => Quantile(0.5);

    public double Best => Quantile(0);

    /// <summary>Distance of the 80th from the 20th percentile, as a share of the median.</summary>
    public double Spread => (Quantile(0.8) - Quantile(0.2)) / Median;

    public void Add(double seconds) => _seconds.Add(seconds);

    /// <summary>Linear interpolation between the nearest two samples.</summary>
    public double Quantile(double share)
    {
        if (_seconds.Count == 0) throw new InvalidOperationException("Nothing has been timed.");
        var sorted = _seconds.Order().ToArray();
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
