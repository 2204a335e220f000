namespace Kernels;

/// <summary>What a mask leaves of a block of (query, key) pairs.</summary>
public enum BlockKind
{
    /// <summary>No pair.</summary>
    Empty,

    /// <summary>Some pairs: the predicate is asked for each.</summary>
    Partial,

    /// <summary>Every pair (that causality leaves): the predicate is not asked.</summary>
    Full,
}
