namespace Kernels.Models;

/// <summary>Chooses tokens from logits.</summary>
/// <remarks>Not thread-safe: each sequence has its own.</remarks>
public sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly Xoshiro256 _random;
    private double[] _weights = [];
    private int[] _candidates = [];

    /// <summary>Creates a sampler.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Temperature or top-p is out of range.</exception>
    public Sampler(SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!(options.Temperature >= 0 && double.IsFinite(options.Temperature)))
            throw new ArgumentOutOfRangeException(nameof(options), options.Temperature, "The temperature must be 0 (greedy) or more.");
        if (!(options.TopP is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.TopP, "Top-p must be above 0 and at most 1.");
        _options = options;
        _random = new Xoshiro256(options.Seed);
    }

    /// <summary>The chosen token; of equal logits the earlier token comes first.</summary>
    /// <param name="logits">One finite number per token.</param>
    /// <exception cref="ModelException">A logit is not a number.</exception>
    public int Choose(ReadOnlySpan<float> logits)
    {
        var best = Likeliest(logits);
        return _options.Temperature == 0 ? best : Draw(logits, logits[best]);
    }

    /// <summary>The token of largest logit, the earliest of equals.</summary>
    /// <exception cref="ModelException">A logit is not a number.</exception>
    public static int Likeliest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i]))
                throw new ModelException("model", $"logit of token {i}", "not a number", "every logit must be one", "Check the weights: they may be damaged or overflow.");
            if (logits[i] > logits[best]) best = i;
        }

        return best;
    }

    private int Draw(ReadOnlySpan<float> logits, float largest)
    {
        if (_weights.Length < logits.Length) (_weights, _candidates) = (new double[logits.Length], new int[logits.Length]);
        double total = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            _candidates[i] = i;
            total += _weights[i] = Math.Exp(((double)logits[i] - largest) / _options.Temperature);
        }

        var count = logits.Length;
        if (_options.TopP < 1) (count, total) = KeepNucleus(count, total);
        var remaining = _random.NextDouble() * total;
        for (var i = 0; i < count; i++)
        {
            remaining -= _weights[_candidates[i]];
            if (remaining < 0) return _candidates[i];
        }

        return _candidates[count - 1]; // rounding left a sliver beyond the last weight
    }

    private (int Count, double Total) KeepNucleus(int count, double total)
    {
        // A token other than the heaviest (whose weight is 1) is followed by fewer than count − 1 lighter ones. If all of
        // them together weigh less than (1 − p)·total, those before it reach p already: it need not be sorted.
        var least = Math.Min(1, (1 - _options.TopP) * total / Math.Max(1, count - 1));
        var kept = 0;
        for (var i = 0; i < count; i++)
            if (_weights[i] >= least) _candidates[kept++] = i;
        var weights = _weights;
        _candidates.AsSpan(0, kept).Sort((a, b) => weights[a] != weights[b] ? weights[b].CompareTo(weights[a]) : a.CompareTo(b));
        var (sum, taken) = (0.0, 0);
        while (taken < kept && (taken == 0 || sum < _options.TopP * total)) sum += _weights[_candidates[taken++]];
        return (taken, sum);
    }
}
