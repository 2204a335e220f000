namespace Kernels.Testing;

/// <summary>An index, beside the membership it was made from.</summary>
/// <param name="Index">What kernels walk.</param>
/// <param name="Lists">Whether the list of (batch, head of the index, row group) holds a key.</param>
public sealed record ListedIndex(AttentionIndex Index, Func<int, int, int, int, bool> Lists)
{
    /// <summary>Whether a query head's row at a position is meant to visit a key, causality aside.</summary>
    public bool Visits(int queryHeads, int batch, int head, int position, int key) =>
        Lists(Index.Batch == 1 ? 0 : batch, head * Index.Heads / queryHeads, position / Index.Rows, key);

    /// <summary>Key blocks; a block is partial where <paramref name="isPartial"/> says so.</summary>
    public static ListedIndex OfBlocks(
        int batch, int heads, int queries, int keys, int rows, int block, Func<int, int, int, int, bool> lists, Func<int, int, bool>? isPartial = null, int first = 0)
    {
        var (starts, blocks) = Enumerate(batch, heads, first / rows, (queries - 1) / rows, (keys - 1) / block + 1, lists, out var groups);
        var partial = isPartial is null ? [] : blocks.Zip(groups, (b, group) => isPartial(group, b)).ToArray();
        return new(new KeyBlockIndex(batch, heads, queries, keys, rows, block, starts, blocks, partial, first), (b, h, group, key) => lists(b, h, group, key / block));
    }

    /// <summary>Pages, shared by all rows.</summary>
    public static ListedIndex OfPages(int batch, int heads, int keys, int page, Func<int, int, int, bool> lists)
    {
        var (starts, pages) = Enumerate(batch, heads, 0, 0, (keys - 1) / page + 1, (b, h, _, id) => lists(b, h, id), out _);
        return new(new KeyPageIndex(batch, heads, keys, page, starts, pages), (b, h, _, key) => lists(b, h, key / page));
    }

    /// <summary>Single columns.</summary>
    public static ListedIndex OfColumns(int batch, int heads, int queries, int keys, int rows, Func<int, int, int, int, bool> lists, int first = 0)
    {
        var (starts, columns) = Enumerate(batch, heads, first / rows, (queries - 1) / rows, keys, lists, out _);
        return new(new KeyColumnIndex(batch, heads, queries, keys, rows, starts, columns, first), lists);
    }

    /// <summary>Ranges for runs of three keys or more, columns for the rest.</summary>
    public static ListedIndex OfRanges(int batch, int heads, int queries, int keys, int rows, Func<int, int, int, int, bool> lists, int first = 0)
    {
        var (starts, listed) = Enumerate(batch, heads, first / rows, (queries - 1) / rows, keys, lists, out _);
        List<int> rangeStarts = [0], columnStarts = [0], columns = [];
        var ranges = new List<KeySpan>();
        for (var list = 0; list + 1 < starts.Length; list++)
        {
            for (int start = starts[list], end; start < starts[list + 1]; start = end)
            {
                for (end = start + 1; end < starts[list + 1] && listed[end] == listed[end - 1] + 1;) end++;
                if (end - start >= 3) ranges.Add(new KeySpan(listed[start], listed[end - 1] + 1));
                else columns.AddRange(listed[start..end]);
            }

            rangeStarts.Add(ranges.Count);
            columnStarts.Add(columns.Count);
        }

        return new(
            new KeyRangeIndex(batch, heads, queries, keys, rows, rangeStarts.ToArray(), ranges.ToArray(), columnStarts.ToArray(), columns.ToArray(), first), lists);
    }

    private static (int[] Starts, int[] Ids) Enumerate(
        int batch, int heads, int firstGroup, int lastGroup, int count, Func<int, int, int, int, bool> lists, out int[] groupOfEntry)
    {
        var groups = lastGroup - firstGroup + 1;
        List<int> starts = [0], ids = [], of = [];
        for (var list = 0; list < batch * heads * groups; list++)
        {
            for (var id = 0; id < count; id++)
            {
                var group = firstGroup + list % groups;
                if (!lists(list / groups / heads, list / groups % heads, group, id)) continue;
                ids.Add(id);
                of.Add(group);
            }

            starts.Add(ids.Count);
        }

        groupOfEntry = [.. of];
        return ([.. starts], [.. ids]);
    }
}
