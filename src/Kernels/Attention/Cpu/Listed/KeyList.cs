namespace Kernels;

/// <summary>The keys a group of rows visits: ranges, then single columns outside them; both ascending.</summary>
internal readonly ref struct KeyList(ReadOnlySpan<KeySpan> ranges, ReadOnlySpan<int> columns)
{
    public ReadOnlySpan<KeySpan> Ranges { get; } = ranges;

    public ReadOnlySpan<int> Columns { get; } = columns;

    /// <summary>Number of keys of a list.</summary>
    public static int Count(ReadOnlySpan<KeySpan> ranges, ReadOnlySpan<int> columns)
    {
        var count = columns.Length;
        foreach (var range in ranges) count += range.Length;
        return count;
    }

    /// <summary>Number of columns below <paramref name="key"/>.</summary>
    public static int CountBelow(ReadOnlySpan<int> columns, int key)
    {
        var place = columns.BinarySearch(key);
        return place < 0 ? ~place : place;
    }
}
