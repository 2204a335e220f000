namespace Kernels;

/// <summary>How the keys a query visits are chosen.</summary>
public enum AttentionPattern
{
    /// <summary>Every key (up to causality).</summary>
    Dense,

    /// <summary>The keys a user predicate admits.</summary>
    Masked,

    /// <summary>AnchorAttention: initial keys, local window, and selected key columns.</summary>
    Anchor,

    /// <summary>The keys that an index brought to the run lists.</summary>
    Indexed,

    /// <summary>The key blocks, or columns and diagonals, that an estimate of the scores selects in each run.</summary>
    Selected,

    /// <summary>Keys and queries that the same centroid takes.</summary>
    Routed,
}
