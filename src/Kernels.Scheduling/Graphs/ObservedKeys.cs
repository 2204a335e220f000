namespace Kernels.Scheduling;

/// <summary>A layer whose latest queries are kept, so that they can choose which of its keys stay.</summary>
/// <param name="Queries">The latest queries.</param>
/// <param name="Keys">The layer's keys.</param>
/// <param name="Values">The layer's values.</param>
internal sealed record ObservedKeys(GraphState Queries, GraphState Keys, GraphState Values);
