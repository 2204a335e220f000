using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>A row of base-2 scores, as the tile programs leave them.</summary>
internal static unsafe class ScoreRow
{
    private const float Ln2 = 0.69314718f;
    private const int Lanes = 8;

    /// <summary>Turns scores into probabilities.</summary>
    public static void Softmax(float* scores, int count)
    {
        var sum = Exponentiate(scores, count, Maximum(scores, count));
        var factor = 1 / sum;
        for (var i = 0; i < count; i++) scores[i] *= factor;
    }

    /// <summary>The largest of at least one score.</summary>
    public static float Maximum(float* scores, int count)
    {
        var maximum = float.NegativeInfinity;
        var i = 0;
        if (count >= Lanes)
        {
            var top = Vector256.Load(scores);
            for (i = Lanes; i <= count - Lanes; i += Lanes) top = Vector256.Max(top, Vector256.Load(scores + i));
            for (var lane = 0; lane < Lanes; lane++) maximum = MathF.Max(maximum, top[lane]);
        }

        for (; i < count; i++) maximum = MathF.Max(maximum, scores[i]);
        return maximum;
    }

    /// <summary>Replaces scores by 2^(score − maximum); returns their sum.</summary>
    public static float Exponentiate(float* scores, int count, float maximum)
    {
        var (total, shift, i) = (Vector256<float>.Zero, Vector256.Create(maximum), 0);
        for (; i <= count - Lanes; i += Lanes)
        {
            var power = Vector256.Exp((Vector256.Load(scores + i) - shift) * Ln2);
            power.Store(scores + i);
            total += power;
        }

        var sum = Vector256.Sum(total);
        for (; i < count; i++) sum += scores[i] = MathF.Exp((scores[i] - maximum) * Ln2);
        return sum;
    }

    /// <summary>Adds a row to another.</summary>
    public static void Add(float* source, float* target, int count)
    {
        var i = 0;
        for (; i <= count - Lanes; i += Lanes) (Vector256.Load(target + i) + Vector256.Load(source + i)).Store(target + i);
        for (; i < count; i++) target[i] += source[i];
    }
}
