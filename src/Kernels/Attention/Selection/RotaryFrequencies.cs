namespace Kernels;

/// <summary>A rotary embedding of halves: channels i and i + n/2 turn by position · frequency i (arXiv 2104.09864, in the layout of published checkpoints).</summary>
public sealed class RotaryFrequencies
{
    private readonly double[] _frequencies;

    /// <summary>Copies and checks the frequencies.</summary>
    /// <param name="frequencies">Radians per position, one for each pair of channels.</param>
    /// <param name="factor">Factor on cosine and sine, more than 0 (YaRN's attention factor; else 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A frequency is not finite, or the factor is not a positive number.</exception>
    public RotaryFrequencies(ReadOnlySpan<double> frequencies, double factor = 1)
    {
        foreach (var frequency in frequencies)
            if (!double.IsFinite(frequency)) throw new ArgumentOutOfRangeException(nameof(frequencies), frequency, "Frequencies are finite: radians per position.");
        if (!(factor > 0) || !double.IsFinite(factor)) throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor on cosine and sine is positive and finite.");
        _frequencies = frequencies.ToArray();
        Factor = factor;
    }

    /// <summary>Channels it turns: two for each frequency.</summary>
    public int Channels => 2 * _frequencies.Length;

    /// <summary>Radians per position of each pair.</summary>
    public ReadOnlySpan<double> Frequencies => _frequencies;

    /// <summary>Factor on cosine and sine.</summary>
    public double Factor { get; }
}
