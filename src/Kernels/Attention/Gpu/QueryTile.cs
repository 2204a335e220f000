using System.ComponentModel;
using System.Runtime.CompilerServices;
using ILGPU;

namespace Kernels;

/// <summary>The rows one group of threads works on, found from its place in the grid (tile, pair, split).</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct QueryTile
{
    /// <summary>Sequence, first query head, and key head.</summary>
    public int Batch, Head, KeyHead;

    /// <summary>First row within the run's rows of the pair, and rows in use; 0 or less where the tile lies past the end.</summary>
    public int First, Count;

    /// <summary>Keys below this are visible to some row.</summary>
    public int Limit;

    /// <summary>Number of the tile's range list and key list.</summary>
    public int List;

    /// <summary>First row of the pair in the state buffer.</summary>
    public long StateRow;

    /// <summary>Counter of visited pairs.</summary>
    public int Counter;

    /// <summary>Locates the calling group's tile.</summary>
    /// <param name="a">The launch.</param>
    /// <param name="rows">Rows of a whole tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QueryTile Locate(in VisitArguments a, int rows)
    {
        // The last tiles of a causal run walk the most keys: they come first.
        var index = Grid.DimX - 1 - Grid.IdxX;
        var firstBlock = a.FirstPosition / a.Block;
        var block = firstBlock + index / a.TilesPerBlock;
        var pair = a.FirstPair + Grid.IdxY;
        var tile = new QueryTile { Batch = pair / a.Heads };
        tile.Head = (pair - tile.Batch * a.Heads) * a.Pack;
        tile.KeyHead = tile.Head / a.Group;

        var last = a.FirstPosition + a.Queries;
        var (start, stop) = (block * a.Block, last);
        if (stop - start > a.Block) stop = start + a.Block;
        if (start < a.FirstPosition) start = a.FirstPosition;
        tile.First = (start - a.FirstPosition) * a.Pack + (index - (block - firstBlock) * a.TilesPerBlock) * rows;
        tile.Count = (stop - a.FirstPosition) * a.Pack - tile.First;
        if (tile.Count > rows) tile.Count = rows;
        tile.Limit = a.Causal != 0 ? a.FirstPosition + (tile.First + tile.Count - 1) / a.Pack + 1 : a.Keys;
        tile.List = Grid.IdxY * a.Lists + block - a.FirstListBlock;
        tile.StateRow = ((long)Grid.IdxZ * Grid.DimY + Grid.IdxY) * a.Queries * a.Pack;
        tile.Counter = a.FirstCounter + (Grid.IdxZ * Grid.DimY + Grid.IdxY) * Grid.DimX + Grid.IdxX;
        return tile;
    }

    /// <summary>Query token of a row; rows past the end repeat the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Token(in VisitArguments a, int row) => (First + (row < Count ? row : Count - 1)) / a.Pack;

    /// <summary>Query head of a row; rows past the end repeat the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int HeadOf(in VisitArguments a, int row) => Head + First + (row < Count ? row : Count - 1) - Token(a, row) * a.Pack;

    /// <summary>First element of a row of <paramref name="layout"/>, a tensor of query rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long Place(in VisitArguments a, in HeadLayout layout, int row) => layout.Row(Batch, Token(a, row), HeadOf(a, row));

    /// <summary>The last key a row sees: none for rows past the end, all where attention is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int LastKey(in VisitArguments a, int row) =>
        row >= Count ? -1 : a.Causal != 0 ? a.FirstPosition + Token(a, row) : int.MaxValue - 1;
}
