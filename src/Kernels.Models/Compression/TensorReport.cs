namespace Kernels.Models;

/// <summary>What became of a weight matrix.</summary>
/// <param name="Tensor">Its name.</param>
/// <param name="Density">Share of weights kept, zeros among them included.</param>
/// <param name="Error">
/// ‖(W − Ŵ)X‖ / ‖WX‖ (Frobenius): over the calibration inputs where XXᵀ was summed, with inputs taken as uncorrelated where only
/// Σx² was, and ‖W − Ŵ‖ / ‖W‖ without calibration.
/// </param>
/// <param name="Seconds">Time to prune it.</param>
public sealed record TensorReport(string Tensor, double Density, double Error, double Seconds);
