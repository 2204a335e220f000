namespace Kernels.Models;

/// <summary>How well logits foretell a text: the mean negative log-likelihood of its tokens.</summary>
public sealed class NextTokenLoss
{
    private double _sum;

    /// <summary>Positions counted.</summary>
    public long Positions { get; private set; }

    /// <summary>Mean negative log-likelihood in nats; 0 before any position.</summary>
    public double Mean => Positions == 0 ? 0 : _sum / Positions;

    /// <summary>e to the mean: perplexity per token.</summary>
    public double Perplexity => Math.Exp(Mean);

    /// <summary>Counts one position.</summary>
    /// <param name="logits">One number per token.</param>
    /// <param name="next">The token that followed.</param>
    public void Add(ReadOnlySpan<float> logits, int next) => Add(LogSumExp(logits) - logits[next]);

    /// <summary>Counts a position whose negative log-likelihood is known.</summary>
    internal void Add(double loss)
    {
        _sum += loss;
        Positions++;
    }

    /// <summary>ln Σ exp(logit).</summary>
    internal static double LogSumExp(ReadOnlySpan<float> logits)
    {
        double largest = logits[Sampler.Likeliest(logits)];
        double sum = 0;
        foreach (var logit in logits) sum += Math.Exp(logit - largest);
        return largest + Math.Log(sum);
    }
}
