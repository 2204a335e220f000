namespace Kernels.Models;

/// <summary>What unfinished work on a folder has done: written after every shard, read to go on.</summary>
/// <param name="Request">Everything the result depends on; another request does not go on with this work.</param>
/// <param name="Layers">Layers whose shards are whole, from the first on.</param>
/// <param name="Kept">Weights kept so far.</param>
/// <param name="Count">Weights of the matrices so far.</param>
/// <param name="Tensors">Reports so far.</param>
internal sealed record CompressionState(string Request, int Layers, long Kept, long Count, IReadOnlyList<TensorReport> Tensors);
