using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of one launch of a visit kernel. Flags are 0 or 1.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct VisitArguments
{
    /// <summary>Where the tensors' rows lie.</summary>
    public HeadLayout Query, Key, Value, Output, LogSumExp;

    /// <summary>First pair of (sequence, tile head) of the launch: pairs are numbered sequence · Heads + tile head.</summary>
    public int FirstPair;

    /// <summary>Tile heads of a sequence: query heads divided by <see cref="Pack"/>.</summary>
    public int Heads;

    /// <summary>Query heads whose rows stand in one tile: row r is head r mod Pack of token r div Pack.</summary>
    public int Pack;

    /// <summary>Query heads of a key head.</summary>
    public int Group;

    /// <summary>Tokens of the run, and the position of its first query.</summary>
    public int Queries, Keys, FirstPosition;

    /// <summary>Whether rows see keys up to their own position only.</summary>
    public int Causal;

    /// <summary>Positions of a query block, whose rows share a list of ranges; tiles never straddle blocks.</summary>
    public int Block;

    /// <summary>Tiles of a query block.</summary>
    public int TilesPerBlock;

    /// <summary>Range lists of a pair; 0 where all pairs share theirs.</summary>
    public int Lists;

    /// <summary>Query block of the first range list.</summary>
    public int FirstListBlock;

    /// <summary>Entries between key lists.</summary>
    public long ListStride;

    /// <summary>Parts into which the keys of a list are divided; each leaves a state.</summary>
    public int Splits;

    /// <summary>Whether the state another launch left is continued.</summary>
    public int Resume;

    /// <summary>Whether the state is left instead of the output written.</summary>
    public int Leave;

    /// <summary>Whether log-sum-exps are wanted.</summary>
    public int HasLogSumExp;

    /// <summary>Where the launch's counters of visited pairs begin.</summary>
    public int FirstCounter;

    /// <summary>The run of <paramref name="queries"/> of these tokens from <paramref name="first"/> on.</summary>
    internal readonly VisitArguments Rows(int first, int queries) => this with
    {
        Query = Query.From(first),
        Output = Output.From(first),
        LogSumExp = LogSumExp.From(first),
        Queries = queries,
        FirstPosition = FirstPosition + first,
    };
}
