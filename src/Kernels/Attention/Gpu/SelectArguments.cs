using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of the launches that select keys for groups of rows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct SelectArguments
{
    /// <summary>Where the rows of queries and keys lie.</summary>
    public HeadLayout Query, Key;

    /// <summary>First pair of (sequence, query head) of the launch: pairs are numbered sequence · Heads + head.</summary>
    public int FirstPair;

    /// <summary>Query heads of a sequence, and of a key head.</summary>
    public int Heads, Group;

    /// <summary>First row group of the run, and the run's row groups.</summary>
    public int FirstGroup, Groups;

    /// <summary>Pools of a whole row group.</summary>
    public int Step;

    /// <summary>First pool of the run, counted from position 0, and the run's pools.</summary>
    public int FirstPool, Pools;

    /// <summary>Positions of a pool.</summary>
    public int Block;

    /// <summary>Query tokens of the run, and the position of the first.</summary>
    public int Queries, FirstPosition;

    /// <summary>Channels.</summary>
    public int HeadDim;

    /// <summary>Factor on queries.</summary>
    public float Scale;

    /// <summary>Distance of a threshold below its anchor, in units of scaled scores.</summary>
    public float Distance;

    /// <summary>Entries between the marks, and between the key lists, of row groups.</summary>
    public long ListStride;
}
