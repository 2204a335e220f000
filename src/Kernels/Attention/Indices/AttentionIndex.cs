using System.Globalization;
using System.Numerics;

namespace Kernels;

/// <summary>
/// Which keys every group of query rows visits: for each batch, head and row group a list of key ranges and a list of single key columns.
/// Groups lie on absolute positions, so one index serves every chunk of a sequence, or one chunk if it covers no other.
/// </summary>
/// <remarks>
/// Immutable, except that of a <see cref="CompactedCache"/>. Lists are ascending and name no key twice. A list's head is a query head, a key head (shared by its query heads) or one for all,
/// by <see cref="Heads"/>; in general neighbouring query heads share a list. Ranges and columns past the keys of a run are not visited.
/// </remarks>
public abstract class AttentionIndex
{
    private readonly IndexLists<KeySpan> _ranges;
    private readonly IndexLists<int> _columns;

    private protected AttentionIndex(in IndexShape shape, IndexLists<KeySpan> ranges, IndexLists<int> columns)
    {
        Shape = shape;
        _ranges = ranges;
        _columns = columns;
    }

    /// <summary>Sequences with lists of their own; 1 may serve every batch.</summary>
    public int Batch => Shape.Batch;

    /// <summary>Heads with lists of their own: the query heads, the key heads, a number between that fits both, or 1.</summary>
    public int Heads => Shape.Heads;

    /// <summary>First query position covered, which may lie inside a row group.</summary>
    public int First => Shape.First;

    /// <summary>Query positions up to the last one covered: positions <see cref="First"/> to Queries − 1 are.</summary>
    public int Queries => Shape.Queries;

    /// <summary>Keys that may be listed: ids lie in [0, Keys).</summary>
    public int Keys => Shape.Keys;

    /// <summary>Query rows that share a list.</summary>
    public int Rows => Shape.Rows;

    /// <summary>Row group of position <see cref="First"/>: groups lie on absolute positions.</summary>
    public int FirstGroup => Shape.FirstGroup;

    /// <summary>Lists of one head, those of row groups <see cref="FirstGroup"/> to FirstGroup + Groups − 1.</summary>
    public int Groups => Shape.Groups;

    /// <summary>Bytes held.</summary>
    public long ByteLength => _ranges.ByteLength + _columns.ByteLength;

    /// <summary>Listed keys ÷ all keys, over all lists, 0 to 1; causality is the kernel's and not counted.</summary>
    public double Density
    {
        get
        {
            long listed = 0;
            for (var list = 0; list < Shape.Lists; list++) listed += Listed(list);
            return Keys == 0 ? 0 : listed / ((double)Shape.Lists * Keys);
        }
    }

    internal IndexShape Shape { get; }

    internal bool HasColumns => _columns.Count > 0;

    /// <summary>Ranges of a list, ascending.</summary>
    public ReadOnlySpan<KeySpan> Ranges(int batch, int head, int group) => _ranges[Shape.List(batch, head, group)];

    /// <summary>Single keys of a list, ascending, none of them inside its ranges.</summary>
    public ReadOnlySpan<int> Columns(int batch, int head, int group) => _columns[Shape.List(batch, head, group)];

    /// <summary>Shape, density, and how many lists have how many keys.</summary>
    public override string ToString()
    {
        var buckets = new int[33];
        for (var list = 0; list < Shape.Lists; list++) buckets[32 - BitOperations.LeadingZeroCount((uint)Listed(list))]++;
        var histogram = buckets.Index().Where(bucket => bucket.Item > 0).Select(bucket => bucket.Index switch
        {
            0 => $"0 keys: {bucket.Item}",
            1 => $"1: {bucket.Item}",
            _ => $"{1L << (bucket.Index - 1)}–{(1L << bucket.Index) - 1}: {bucket.Item}",
        });
        return string.Create(CultureInfo.InvariantCulture,
            $"{GetType().Name} [{Batch}, {Heads}, {Positions()} × {Keys}], {Describe()}, density {100 * Density:0.##} %, {ByteLength} bytes, lists of {string.Join(", ", histogram)}");
    }

    /// <summary>The grain, for <see cref="ToString"/>.</summary>
    private protected abstract string Describe();

    private string Positions() => Queries == int.MaxValue ? "any" : First == 0 ? $"{Queries}" : $"{First} to {Queries - 1}";

    private long Listed(int list)
    {
        long listed = _columns[list].Length;
        foreach (var range in _ranges[list]) listed += range.Length;
        return listed;
    }
}
