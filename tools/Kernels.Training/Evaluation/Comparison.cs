namespace Kernels.Training.Evaluation;

/// <summary>Dense attention against AnchorAttention over the same text.</summary>
/// <param name="DenseNats">Mean loss of the dense pass.</param>
/// <param name="SparseNats">Mean loss of the sparse pass.</param>
/// <param name="Agreement">Share of positions whose most probable next byte is the same.</param>
/// <param name="Density">Share of the dense work the sparse pass did.</param>
internal sealed record Comparison(double DenseNats, double SparseNats, double Agreement, double Density);
