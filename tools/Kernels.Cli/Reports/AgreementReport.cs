using Kernels.Cli.Errors;
using Kernels.Models;

namespace Kernels.Cli.Reports;

/// <summary>How far the sparse run's predictions are from the dense run's.</summary>
/// <param name="Top1">Share of positions where both rank the same token first; 0 to 1.</param>
/// <param name="Kl">Mean Kullback–Leibler divergence KL(dense ‖ sparse) of the next-token distributions, in nats.</param>
/// <param name="PerplexityDense">exp of the mean negative log-likelihood of the text under the dense run; null for a single token.</param>
/// <param name="PerplexitySparse">The same under the sparse run.</param>
internal sealed record AgreementReport(double Top1, double Kl, double? PerplexityDense, double? PerplexitySparse)
{
    /// <summary>Reports what was measured.</summary>
    /// <exception cref="InputException">The model's logits were not finite.</exception>
    public static AgreementReport Of(string model, Agreement agreement) => new(
        agreement.Top1, Finite(model, agreement.MeanDivergence), Perplexity(model, agreement.Dense), Perplexity(model, agreement.Sparse));

    /// <summary>Refuses a measure that no finite logits give.</summary>
    /// <exception cref="InputException">The value is not finite.</exception>
    public static double Finite(string model, double value) => double.IsFinite(value)
        ? value
        : throw new InputException($"{model}: its logits are not finite on this text; the weights may be damaged or overflow.");

    private static double? Perplexity(string model, NextTokenLoss loss) => loss.Positions == 0 ? null : Finite(model, loss.Perplexity);
}
