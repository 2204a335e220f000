namespace Kernels;

/// <summary>Turns lists of blocks into the ranges kernels walk.</summary>
internal static class KeyBlocks
{
    /// <summary>Neighbouring blocks of one kind become one range; the last block ends with the keys.</summary>
    public static IndexLists<KeySpan> Merge(
        int lists, int block, int keys, ReadOnlySpan<int> starts, ReadOnlySpan<int> blocks, ReadOnlySpan<bool> partial)
    {
        var (rangeStarts, ranges) = (new int[lists + 1], new List<KeySpan>());
        for (var list = 0; list < lists; list++)
        {
            for (var entry = starts[list]; entry < starts[list + 1]; entry++)
            {
                var start = blocks[entry] * block;
                var range = new KeySpan(start, (int)Math.Min((long)start + block, keys), partial.Length > 0 && partial[entry]);
                if (ranges.Count > rangeStarts[list] && ranges[^1].End == start && ranges[^1].Partial == range.Partial)
                    ranges[^1] = ranges[^1] with { End = range.End };
                else ranges.Add(range);
            }

            rangeStarts[list + 1] = ranges.Count;
        }

        return new IndexLists<KeySpan>(rangeStarts, [.. ranges]);
    }
}
