namespace Kernels;

/// <summary>What a run selected, list by list; becomes an index.</summary>
/// <param name="batch">Sequences.</param>
/// <param name="heads">Heads with lists of their own.</param>
/// <param name="first">Position of the run's first row.</param>
/// <param name="queries">Positions up to the run's last row.</param>
/// <param name="keys">Keys of the run.</param>
/// <param name="selection">How keys are chosen.</param>
internal sealed class SelectedLists(int batch, int heads, int first, int queries, int keys, KeySelection selection)
{
    private readonly (KeySpan[] Ranges, int[] Columns)[] _lists =
        new (KeySpan[], int[])[batch * heads * ((queries - 1) / selection.Rows - first / selection.Rows + 1)];

    private int FirstGroup => first / selection.Rows;

    private int Groups => (queries - 1) / selection.Rows - FirstGroup + 1;

    /// <summary>Sets the list of a pair of (sequence, head) and a row group.</summary>
    public void Set(int pair, int group, KeySpan[] ranges, int[] columns) => _lists[pair * Groups + group - FirstGroup] = (ranges, columns);

    /// <summary>An index of the lists, which must all have been set.</summary>
    public AttentionIndex ToIndex()
    {
        var columns = _lists.SelectMany(list => list.Columns).ToArray();
        if (selection.Estimator == KeyEstimator.ObservationWindow)
            return new KeyColumnIndex(batch, heads, queries, keys, selection.Rows, Starts(list => list.Columns.Length), columns, first);
        if (selection.Estimator == KeyEstimator.LastRows)
            return new KeyRangeIndex(
                batch, heads, queries, keys, selection.Rows, Starts(list => list.Ranges.Length), _lists.SelectMany(list => list.Ranges).ToArray(),
                Starts(list => list.Columns.Length), columns, first);
        return new KeyBlockIndex(
            batch, heads, queries, keys, selection.Rows, selection.Block, Starts(list => list.Ranges.Sum(range => BlocksOf(range).Count())),
            _lists.SelectMany(list => list.Ranges).SelectMany(BlocksOf).ToArray(), first: first);
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
}
