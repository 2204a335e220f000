using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Kernels;

/// <summary>The numbers of launches that estimate, choose and list key blocks for groups of rows. Flags are 0 or 1.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct EstimateArguments
{
    /// <summary>Where the rows of queries and keys lie.</summary>
    public HeadLayout Query, Key;

    /// <summary>First pair of (sequence, query head) of the launch: pairs are numbered sequence · Heads + head.</summary>
    public int FirstPair;

    /// <summary>Query heads of a sequence, and of a key head.</summary>
    public int Heads, Group;

    /// <summary>Tokens of the run, and the position of its first query.</summary>
    public int Queries, Keys, FirstPosition;

    /// <summary>Whether rows see keys up to their own position only.</summary>
    public int Causal;

    /// <summary>Channels.</summary>
    public int HeadDim;

    /// <summary>Factor on query · key: scores are in base 2.</summary>
    public float Scale;

    /// <summary>Positions of a row group, the first row group of the launch counted from position 0, and its row groups.</summary>
    public int Rows, FirstGroup, Groups;

    /// <summary>Keys of a block, and blocks of all keys of the run.</summary>
    public int Block, Blocks;

    /// <summary>Blocks that are estimated and chosen among, apart from the others.</summary>
    public int FirstBlock, EndBlock;

    /// <summary>Positions and keys of one side of a square of scores that are summed.</summary>
    public int Stride;

    /// <summary>Rows of squares of the launch, and the first, counted from position 0; squares of a row.</summary>
    public int ScoreRows, FirstScoreRow, Columns;

    /// <summary>Query heads that share a choice, or whose choices share a list.</summary>
    public int Sharing;

    /// <summary>How the estimates of heads that share a choice are reduced: a <see cref="GroupReduction"/>.</summary>
    public int Reduction;

    /// <summary>First blocks, and blocks up to the one of the group's last row, that are always kept.</summary>
    public int Sink, Local;

    /// <summary>Row group from which on every block is kept.</summary>
    public int FirstDense;

    /// <summary>Whether blocks and groups that their means do not describe are kept.</summary>
    public int HasDescriptions;

    /// <summary>Blocks kept, forced ones included; 0 where another selector is set.</summary>
    public int TopK;

    /// <summary>Share of a row's blocks, ShareFactor ÷ 2^ShareShift exactly: one more than its whole part is kept.</summary>
    public int ShareFactor, ShareShift;

    /// <summary>
    /// Share of all estimates that is kept, the least estimate kept, or the most that one may lie below the largest; 0 where another selector is set.
    /// </summary>
    public float Mass, Threshold, Difference;

    /// <summary>Entries between the marks of row groups, and between their ranges.</summary>
    public int MarkStride, RangeStride;

    /// <summary>Columns and diagonals that are chosen, those that are in any case included.</summary>
    public int TopColumns, TopDiagonals;

    /// <summary>First and last position of a row group that the run holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly (int First, int Last) PositionsOf(int group)
    {
        int first = group * Rows, last = FirstPosition + Queries - 1;
        if (last - first >= Rows) last = first + Rows - 1;
        return (first < FirstPosition ? FirstPosition : first, last);
    }

    /// <summary>Blocks that a row group chooses among, the one of its last row being <paramref name="last"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int BlocksOf(int group, out int last)
    {
        last = PositionsOf(group).Last / Block;
        if (last >= Blocks) last = Blocks - 1;
        return Causal != 0 ? last + 1 : Blocks;
    }
}
