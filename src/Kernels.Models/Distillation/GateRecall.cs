namespace Kernels.Models;

/// <summary>What the best-liked blocks of a gate hold of the true attention.</summary>
/// <param name="Density">Share of a row's causal key blocks that is visited, the row's own block among them; at least one block.</param>
/// <param name="Before">Share of the attention mass the gate finds before training, the mean of rows and heads.</param>
/// <param name="After">The same after training.</param>
/// <param name="Best">The most that as many blocks could hold.</param>
public sealed record GateRecall(double Density, double Before, double After, double Best);
