namespace Kernels.Perf.Rows;

/// <summary>Indices of a given density for rows that bring one.</summary>
internal static class RandomIndices
{
    private const int ColumnRows = 2048;

    /// <summary>A tenth of the keys before each group of 2048 rows as single columns, per query head; the first group sees its own tenth.</summary>
    public static AttentionIndex TenthOfColumns(AttentionShape shape)
    {
        var lists = ColumnLists(shape);
        return new KeyColumnIndex(1, shape.QueryHeads, shape.Keys, shape.Keys, ColumnRows, Starts(lists.Select(list => list.Columns.Count)), [.. lists.SelectMany(list => list.Columns)]);
    }

    /// <summary>As many keys as <see cref="TenthOfColumns"/> lists, side by side in the middle of the keys it chooses from.</summary>
    public static AttentionIndex TenthSideBySide(AttentionShape shape)
    {
        var lists = ColumnLists(shape);
        var spans = lists.Select(list => new KeySpan((list.End - list.Columns.Count) / 2, (list.End + list.Columns.Count) / 2)).ToArray();
        return new KeyRangeIndex(
            1, shape.QueryHeads, shape.Keys, shape.Keys, ColumnRows, Starts(lists.Select(_ => 1)), spans, Starts(lists.Select(_ => 0)), []);
    }

    private static (int End, List<int> Columns)[] ColumnLists(AttentionShape shape)
    {
        var (random, groups) = (new Random(1), (shape.Keys - 1) / ColumnRows + 1);
        var lists = new (int End, List<int> Columns)[shape.QueryHeads * groups];
        for (var list = 0; list < lists.Length; list++)
        {
            var end = Math.Min(Math.Max(1, list % groups) * ColumnRows, shape.Keys);
            lists[list] = (end, [.. Enumerable.Range(0, end).Where(_ => random.Next(10) == 0)]);
        }

        return lists;
    }

    private static int[] Starts(IEnumerable<int> lengths)
    {
        var starts = new List<int> { 0 };
        foreach (var length in lengths) starts.Add(starts[^1] + length);
        return [.. starts];
    }

    /// <summary>Pages of 16 that hold 4096 keys, the last page among them, per key head.</summary>
    public static AttentionIndex PagesOf4096(AttentionShape shape)
    {
        const int page = 16;
        var (random, pages) = (new Random(1), (shape.Keys - 1) / page + 1);
        var (starts, listed) = (new List<int> { 0 }, new List<int>());
        for (var head = 0; head < shape.KeyHeads; head++)
        {
            var chosen = Enumerable.Range(0, pages - 1).ToArray();
            random.Shuffle(chosen);
            listed.AddRange(chosen.Take(Math.Min(pages, 4096 / page) - 1).Append(pages - 1).Order());
            starts.Add(listed.Count);
        }

        return new KeyPageIndex(1, shape.KeyHeads, shape.Keys, page, starts.ToArray(), listed.ToArray());
    }
}
