namespace Kernels;

/// <summary>Key ranges of any start and length, with single columns outside them, per row group: serves vertical-slash patterns.</summary>
public sealed class KeyRangeIndex : AttentionIndex
{
    /// <summary>Copies and checks lists of ranges and columns.</summary>
    /// <param name="batch">Sequences with lists of their own, or 1.</param>
    /// <param name="heads">Query heads, key heads, or 1.</param>
    /// <param name="queries">Query positions up to the last one covered.</param>
    /// <param name="keys">Keys that may be listed.</param>
    /// <param name="rows">Query rows that share a list.</param>
    /// <param name="rangeStarts">[batch · heads · row groups + 1]: where each list begins in <paramref name="ranges"/>, and where the last ends.</param>
    /// <param name="ranges">Ranges of at least one key, ascending within a list, none overlapping another.</param>
    /// <param name="columnStarts">As <paramref name="rangeStarts"/>, for <paramref name="columns"/>.</param>
    /// <param name="columns">Keys, strictly ascending within a list, none inside the list's ranges.</param>
    /// <param name="first">First query position covered, 0 to <paramref name="queries"/> − 1: lists begin with its row group.</param>
    /// <exception cref="KernelException">A list is malformed; the message names the list, the value and the limit.</exception>
    public KeyRangeIndex(
        int batch, int heads, int queries, int keys, int rows, ReadOnlySpan<int> rangeStarts, ReadOnlySpan<KeySpan> ranges,
        ReadOnlySpan<int> columnStarts, ReadOnlySpan<int> columns, int first = 0)
        : this(new IndexShape(nameof(KeyRangeIndex), batch, heads, queries, keys, rows, first), rangeStarts, ranges, columnStarts, columns)
    {
    }

    private KeyRangeIndex(
        in IndexShape shape, ReadOnlySpan<int> rangeStarts, ReadOnlySpan<KeySpan> ranges, ReadOnlySpan<int> columnStarts, ReadOnlySpan<int> columns)
        : base(shape, BuildRanges(shape, rangeStarts, ranges), BuildColumns(shape, rangeStarts, ranges, columnStarts, columns))
    {
    }

    /// <inheritdoc/>
    private protected override string Describe() => $"{Rows} rows × ranges and columns";

    private static IndexLists<KeySpan> BuildRanges(in IndexShape shape, ReadOnlySpan<int> starts, ReadOnlySpan<KeySpan> ranges)
    {
        shape.CheckStarts(starts, ranges.Length, "ranges");
        for (var list = 0; list < shape.Lists; list++)
        {
            var end = 0;
            foreach (var range in ranges[starts[list]..starts[list + 1]])
            {
                if (range.Length < 1 || range.Start < 0 || range.End > shape.Keys)
                    throw shape.Refuse($"range [{range.Start}, {range.End}) in {shape.Name(list)}", $"ranges hold keys 0 to {shape.Keys - 1}, one at least", "Clip ranges to the keys.");
                if (range.Start < end)
                    throw shape.Refuse($"range [{range.Start}, {range.End}) after one that ends at {end} in {shape.Name(list)}", "ranges ascend and do not overlap", "Sort and merge each list.");
                end = range.End;
            }
        }

        return new IndexLists<KeySpan>(starts.ToArray(), ranges.ToArray());
    }

    private static IndexLists<int> BuildColumns(
        in IndexShape shape, ReadOnlySpan<int> rangeStarts, ReadOnlySpan<KeySpan> ranges, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns)
    {
        shape.CheckStarts(starts, columns.Length, "columns");
        shape.CheckIds(starts, columns, shape.Keys, "key");
        for (var list = 0; list < shape.Lists; list++)
        {
            var next = rangeStarts[list];
            foreach (var column in columns[starts[list]..starts[list + 1]])
            {
                while (next < rangeStarts[list + 1] && ranges[next].End <= column) next++;
                if (next < rangeStarts[list + 1] && ranges[next].Start <= column)
                    throw shape.Refuse(
                        $"key {column} in {shape.Name(list)}", $"range [{ranges[next].Start}, {ranges[next].End}) holds it already", "Drop columns that lie inside a range.");
            }
        }

        return new IndexLists<int>(starts.ToArray(), columns.ToArray());
    }
}
