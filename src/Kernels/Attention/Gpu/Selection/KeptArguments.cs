using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of launches that choose which keys before the last rows are kept. Flags are 0 or 1.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct KeptArguments
{
    /// <summary>Keys of the run, and those before its last rows.</summary>
    public int Keys, Prefix;

    /// <summary>Key heads of a sequence, and query heads of a key head.</summary>
    public int Heads, Group;

    /// <summary>How the sums of the query heads are reduced: a <see cref="GroupReduction"/>.</summary>
    public int Reduction;

    /// <summary>Keys whose sums a key shares, itself in the middle, and whether it takes the largest rather than the mean.</summary>
    public int PoolWidth, TakesLargest;

    /// <summary>Keys of the prefix that a head keeps on average.</summary>
    public int Own;

    /// <summary>Whether the heads of a sequence compete, and the share of <see cref="Own"/> that each has for itself, ShareFactor ÷ 2^ShareShift.</summary>
    public int Compete, ShareFactor, ShareShift;

    /// <summary>Entries between the marks of lists.</summary>
    public int MarkStride;
}
