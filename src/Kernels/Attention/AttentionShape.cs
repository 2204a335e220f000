namespace Kernels;

/// <summary>The largest problem a plan must hold; a run may be smaller in queries and keys.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Queries">Most query tokens of one sequence in one run.</param>
/// <param name="Keys">Most key tokens of one sequence in one run.</param>
/// <param name="QueryHeads">Query heads.</param>
/// <param name="KeyHeads">Key and value heads; divides <paramref name="QueryHeads"/> (grouped-query attention).</param>
/// <param name="HeadDim">Channels of a head; equals the kernel's.</param>
/// <param name="QueryType">Storage of queries and output.</param>
/// <param name="KeyType">Storage of keys and values.</param>
public readonly record struct AttentionShape(
    int Batch, int Queries, int Keys, int QueryHeads, int KeyHeads, int HeadDim,
    ElementType QueryType = ElementType.Float32, ElementType KeyType = ElementType.Float32)
{
    /// <summary>
    /// Whether plain lanes may compute what was asked of tensor cores and cannot be given: queries and keys of one 16-bit type on an NVIDIA GPU
    /// of compute capability below 8.0, heads that tensor cores do not hold, or tensors whose rows begin anywhere. Without it such a plan or run is
    /// refused; Float32 and mixed types always run on plain lanes, as do all types on other devices.
    /// </summary>
    public bool AllowPlainLanes { get; init; }

    /// <summary>Keys of a page of the cache, any number; 0, the default, where the keys of a sequence lie one after another.</summary>
    public int Page { get; init; }

    /// <summary>Query heads that share one key head.</summary>
    public int GroupSize => KeyHeads == 0 ? 0 : QueryHeads / KeyHeads;
}
