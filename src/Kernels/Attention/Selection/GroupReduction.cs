namespace Kernels;

/// <summary>How the query heads of one key head come to a common selection.</summary>
public enum GroupReduction
{
    /// <summary>They do not: each head selects for itself.</summary>
    None,

    /// <summary>A block that any head selects is visited by all.</summary>
    Any,

    /// <summary>Estimates are added, then selected from.</summary>
    Sum,

    /// <summary>Estimates are averaged, then selected from.</summary>
    Mean,

    /// <summary>The largest estimate of a block counts.</summary>
    Max,
}
