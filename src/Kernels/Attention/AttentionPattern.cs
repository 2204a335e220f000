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
}
