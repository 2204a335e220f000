using Kernels.Catalog;
using Kernels.Training.Model;

namespace Kernels.Training.Evaluation;

/// <summary>Losses of finished parameters over whole texts.</summary>
internal static unsafe class Evaluator
{
    /// <summary>
    /// Mean loss in nats over <paramref name="text"/> cut into consecutive windows of <paramref name="tokens"/>: every byte of a
    /// whole window is predicted once, from what precedes it in its window.
    /// </summary>
    public static double Loss(ParameterLayout layout, float* parameters, byte[] text, int tokens)
    {
        using var replica = new Replica(layout, 1, tokens);
        replica.Load(parameters, training: false);
        var windows = (text.Length - 1) / tokens;
        if (windows == 0) throw new ArgumentException($"A text of {text.Length} bytes does not fill a window of {tokens} tokens and a target.");
        double sum = 0;
        for (var window = 0; window < windows; window++)
            sum += replica.Evaluate(text.AsSpan(window * tokens, tokens), text.AsSpan(window * tokens + 1, tokens));
        return sum / ((double)windows * tokens);
    }

    /// <summary>Compares attention kernels on the first <paramref name="tokens"/> bytes of <paramref name="text"/>.</summary>
    public static Comparison Compare(ParameterLayout layout, float* parameters, byte[] text, int tokens)
    {
        if (text.Length <= tokens) throw new ArgumentException($"A text of {text.Length} bytes does not fill {tokens} tokens and a target.");
        var inputs = text.AsSpan(0, tokens);
        var targets = text.AsSpan(1, tokens);
        var (dense, denseTop, _) = Pass(layout, parameters, inputs, targets, DenseAttention.Causal.For(layout.Shape.HeadDim));
        var (sparse, sparseTop, density) = Pass(layout, parameters, inputs, targets, AnchorAttention.Causal.For(layout.Shape.HeadDim));
        var same = denseTop.Zip(sparseTop).Count(pair => pair.First == pair.Second);
        return new Comparison(dense, sparse, (double)same / tokens, density);
    }

    private static (double Nats, byte[] Top, double Density) Pass(
        ParameterLayout layout, float* parameters, ReadOnlySpan<byte> inputs, ReadOnlySpan<byte> targets, AttentionKernel kernel)
    {
        using var replica = new Replica(layout, 1, inputs.Length, kernel);
        replica.Load(parameters, training: false);
        var top = new byte[inputs.Length];
        var loss = replica.Evaluate(inputs, targets, top);
        return (loss / inputs.Length, top, replica.Work.Density);
    }
}
