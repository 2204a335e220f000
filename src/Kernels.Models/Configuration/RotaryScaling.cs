namespace Kernels.Models;

/// <summary>Parameters of <c>rope_scaling</c>, in the names of published configurations.</summary>
public sealed record RotaryScaling
{
    /// <summary>Which rule.</summary>
    public required RotaryScalingKind Kind { get; init; }

    /// <summary>How many times the context is stretched.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Tokens of context before stretching.</summary>
    public required int OriginalContext { get; init; }

    /// <summary>Llama 3: wavelengths above original ÷ this are divided by the factor.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Llama 3: wavelengths below original ÷ this are kept.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>YaRN: rotations over the original context above which a frequency is kept.</summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>YaRN: rotations below which a frequency is fully interpolated.</summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>YaRN: whether the ramp's ends are rounded to whole dimensions.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>YaRN: factor on cosine and sine.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>Inverse frequencies of the rotated pairs.</summary>
    /// <param name="rotaryBase"><c>rope_theta</c>.</param>
    /// <param name="headDim">Channels of a head; pairs = half of it.</param>
    /// <param name="length">Tokens the session will hold; only dynamic scaling depends on it.</param>
    /// <remarks>
    /// Dynamic scaling as published recomputes the base while a sequence grows, which leaves cached keys rotated by older
    /// bases; here the base is chosen once, from the length the session was created for.
    /// </remarks>
    public double[] InverseFrequencies(double rotaryBase, int headDim, int length)
    {
        if (Kind == RotaryScalingKind.Dynamic && length > OriginalContext)
            rotaryBase *= Math.Pow(Factor * length / OriginalContext - (Factor - 1), headDim / (headDim - 2.0));
        var frequencies = new double[headDim / 2];
        for (var i = 0; i < frequencies.Length; i++)
            frequencies[i] = Stretch(Math.Pow(rotaryBase, -2.0 * i / headDim), i, rotaryBase, headDim);
        return frequencies;
    }

    private double Stretch(double frequency, int pair, double rotaryBase, int headDim)
    {
        switch (Kind)
        {
            case RotaryScalingKind.Linear:
                return frequency / Factor;
            case RotaryScalingKind.Llama3:
                var rotations = OriginalContext * frequency / (2 * Math.PI);
                var smooth = Math.Clamp((rotations - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
                return (1 - smooth) * frequency / Factor + smooth * frequency;
            case RotaryScalingKind.Yarn:
                var (low, high) = (Dimension(BetaFast), Dimension(BetaSlow));
                if (Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
                (low, high) = (Math.Max(low, 0), Math.Min(high, headDim - 1));
                if (low == high) high += 0.001; // as published: avoids a division by zero
                var interpolated = Math.Clamp((pair - low) / (high - low), 0, 1);
                return frequency / Factor * interpolated + frequency * (1 - interpolated);
            default:
                return frequency;
        }

        double Dimension(double turns) => headDim * Math.Log(OriginalContext / (turns * 2 * Math.PI)) / (2 * Math.Log(rotaryBase));
    }
}
