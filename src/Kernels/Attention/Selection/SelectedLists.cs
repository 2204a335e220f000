namespace Kernels;

/// <summary>What a run selected, list by list; becomes an index.</summary>
/// <param name="batch">Sequences.</param>
/// <param name="heads">Heads with lists of their own.</param>
/// <param name="queries">Positions up to the run's last row.</param>
/// <param name="keys">Keys of the run.</param>
/// <param name="selection">How keys are chosen.</param>
internal sealed class SelectedLists(int batch, int heads, int queries, int keys, KeySelection selection)
{
    private readonly (KeySpan[] Ranges, int[] Columns)[] _lists = NewLists(batch * heads * ((queries - 1) / selection.Rows + 1));

    private int Groups => (queries - 1) / selection.Rows + 1;

    /// <summary>Sets the list of a pair of (sequence, head) and a row group.</summary>
    public void Set(int pair, int group, KeySpan[] ranges, int[] columns) => _lists[pair * Groups + group] = (ranges, columns);

    /// <summary>An index of the lists; those of row groups before the run are empty.</summary>
    public AttentionIndex ToIndex()
    {
        var columns = _lists.SelectMany(list => list.Columns).ToArray();
        if (selection.Estimator == KeyEstimator.ObservationWindow)
            return new KeyColumnIndex(batch, heads, queries, keys, selection.Rows, Starts(list => list.Columns.Length), columns);
        if (selection.Estimator == KeyEstimator.LastRows)
            return new KeyRangeIndex(
                batch, heads, queries, keys, selection.Rows, Starts(list => list.Ranges.Length), _lists.SelectMany(list => list.Ranges).ToArray(),
                Starts(list => list.Columns.Length), columns);
        return new KeyBlockIndex(
            batch, heads, queries, keys, selection.Rows, selection.Block, Starts(list => list.Ranges.Sum(range => BlocksOf(range).Count())),
            _lists.SelectMany(list => list.Ranges).SelectMany(BlocksOf).ToArray());
    }

    private IEnumerable<int> BlocksOf(KeySpan range)
    {
        var first = range.Start / selection.Block;
        return Enumerable.Range(first, (range.End - 1) / selection.Block - first + 1);
    }

    private int[] Starts(Func<(KeySpan[] Ranges, int[] Columns), int> count)
    {
        var starts = new int[_lists.Length + 1];
        for (var list = 0; list < _lists.Length; list++) starts[list + 1] = starts[list] + count(_lists[list]);
        return starts;
    }

    private static (KeySpan[], int[])[] NewLists(int count)
    {
        var lists = new (KeySpan[], int[])[count];
        Array.Fill(lists, ([], []));
        return lists;
    }
}
