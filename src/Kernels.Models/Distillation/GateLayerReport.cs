namespace Kernels.Models;

/// <summary>How the gate of a layer learned.</summary>
/// <param name="Layer">Layer, counted from 0.</param>
/// <param name="LossBefore">Kullback-Leibler divergence of the reported rows before training, the mean of rows and heads, in nats.</param>
/// <param name="LossAfter">The same after training.</param>
/// <param name="Recall">Recall at each density.</param>
public sealed record GateLayerReport(int Layer, double LossBefore, double LossAfter, IReadOnlyList<GateRecall> Recall);
