namespace Kernels;

/// <summary>One sequence of a run.</summary>
/// <param name="Batch">Its place on the first axis of the tensors.</param>
/// <param name="FirstQuery">Its first query token there.</param>
/// <param name="Queries">Query tokens.</param>
/// <param name="FirstKey">Its first key token there, where keys lie one after another.</param>
/// <param name="Keys">Key tokens.</param>
internal readonly record struct RunSequence(int Batch, int FirstQuery, int Queries, int FirstKey, int Keys);
