namespace Kernels.Models;

/// <summary>How well a text is foretold before and after pruning.</summary>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Dense">Perplexity of the model as it was.</param>
/// <param name="Pruned">Perplexity of the pruned model, read from its files.</param>
public sealed record PerplexityReport(int Tokens, double Dense, double Pruned);
