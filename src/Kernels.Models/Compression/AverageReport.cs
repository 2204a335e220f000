namespace Kernels.Models;

/// <summary>What was averaged; written beside the model as <c>average.json</c>.</summary>
/// <param name="Models">Where the models are.</param>
/// <param name="Tensors">Weights in all, sparse and dense.</param>
/// <param name="SparseTensors">Weights that are stored sparse.</param>
/// <param name="Density">Share of the sparse tensors' weights kept; null where there are none.</param>
public sealed record AverageReport(IReadOnlyList<string> Models, int Tensors, int SparseTensors, double? Density);
