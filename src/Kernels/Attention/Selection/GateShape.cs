namespace Kernels;

/// <summary>What a gate was made for.</summary>
/// <param name="QueryHeads">Query heads of the layer.</param>
/// <param name="KeyHeads">Key heads of the layer; divides <paramref name="QueryHeads"/>.</param>
/// <param name="HeadDim">Channels of a head, even.</param>
/// <param name="Width">Channels of projected queries and keys, even, at most <see cref="AttentionGate.WidestGate"/>.</param>
/// <param name="Block">Keys of a block.</param>
/// <param name="SharedByGroup">
/// Whether the query heads of a key head are projected together (<see cref="KeyEstimator.GroupGate"/>) or each for itself (<see cref="KeyEstimator.Gate"/>).
/// </param>
public sealed record GateShape(int QueryHeads, int KeyHeads, int HeadDim, int Width, int Block, bool SharedByGroup)
{
    /// <summary>Query heads of a key head.</summary>
    public int GroupSize => QueryHeads / KeyHeads;
}
