namespace Kernels.Catalog;

/// <summary>Attention over whatever keys an index lists: decoding over compacted caches, and selections that are kept.</summary>
public static partial class ListedAttention
{
    /// <summary>Every listed key, whatever its position.</summary>
    [IndexedAttention(Causal = false)]
    public static partial AttentionFamily Full { get; }
}
