namespace Kernels.Models;

/// <summary>How a model was pruned, and what became of every weight matrix; written beside the model as <c>compression.json</c>.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Method">The method.</param>
/// <param name="CalibrationTokens">Tokens of the calibration sequences; 0 where the method needs none.</param>
/// <param name="CalibrationImages">Pictures a network of images was calibrated on.</param>
/// <param name="Density">Share of the pruned matrices' weights kept.</param>
/// <param name="Format">Format of the pruned matrices' tensors.</param>
/// <param name="Perplexity">Perplexity before and after; null where no text was given.</param>
/// <param name="Tensors">The matrices in order.</param>
public sealed record CompressionReport(string Pattern, string Method, long CalibrationTokens, int CalibrationImages, double Density, string Format, PerplexityReport? Perplexity, IReadOnlyList<TensorReport> Tensors);
