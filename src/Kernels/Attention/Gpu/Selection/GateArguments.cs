using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of a launch that pools rows and projects them as a gate does. Flags are 0 or 1.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct GateArguments
{
    /// <summary>Where the gate's numbers lie.</summary>
    public GateLayout Gate;

    /// <summary>Where the rows lie.</summary>
    public HeadLayout Rows;

    /// <summary>First pair of (sequence, pooled head) of the launch, pooled heads of a sequence, and heads that are projected together.</summary>
    public int FirstPair, Heads, Sharing;

    /// <summary>Tokens, and the position of the first.</summary>
    public int Tokens, FirstPosition;

    /// <summary>Positions of a pool, and the first pool, counted from position 0.</summary>
    public int Positions, FirstPool;

    /// <summary>Channels, and channels of a projection.</summary>
    public int HeadDim, Width;

    /// <summary>Projections of a pool.</summary>
    public int Projections;

    /// <summary>First pair of the result, and its pools.</summary>
    public int FirstTarget, TargetPools;
}
