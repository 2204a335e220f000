using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of a launch that pools vectors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct PoolingArguments
{
    /// <summary>Where the vectors lie.</summary>
    public HeadLayout Layout;

    /// <summary>First pair of (sequence, head), and heads of a sequence.</summary>
    public int FirstPair, Heads;

    /// <summary>Tokens, and the position of the first.</summary>
    public int Tokens, FirstPosition;

    /// <summary>Positions of a pool, and the first pool, counted from position 0.</summary>
    public int Positions, FirstPool;

    /// <summary>Channels.</summary>
    public int HeadDim;

    /// <summary>Mean cosine up to which a mean does not describe its pool; 0 where every mean does.</summary>
    public float Similarity;
}
