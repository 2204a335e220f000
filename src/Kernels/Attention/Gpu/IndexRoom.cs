using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>Room on a device for lists of an index, filled with as many as fit.</summary>
internal sealed class IndexRoom : IDisposable
{
    private readonly int[] _rangeBounds, _columnBounds, _listed;
    private readonly KeyRange[] _ranges, _columnRanges;
    private readonly List<IDisposable> _owned = [];
    private Content _content;
    private (Part Part, int Pairs, int Stop)? _held;

    /// <summary>Reserves room for the lists of plans of <paramref name="shape"/>: up to <paramref name="most"/>, and for one list at least.</summary>
    public IndexRoom(IlgpuDevice device, in AttentionShape shape, in Capacity most)
    {
        var rows = (long)shape.Batch * shape.QueryHeads * shape.Queries;
        var lists = (int)Math.Min(rows, most.Lists);
        var ranges = (int)Math.Min(rows * shape.Keys, Math.Max(most.Ranges, shape.Keys));
        var columns = (int)Math.Min(rows * shape.Keys, Math.Max(most.Columns, shape.Keys));
        (_rangeBounds, _columnBounds, _listed) = (new int[2 * lists], new int[2 * lists], new int[columns]);
        (_ranges, _columnRanges) = (new KeyRange[ranges], new KeyRange[lists]);
        for (var i = 0; i < _columnBounds.Length; i++) _columnBounds[i] = (i + 1) / 2;
        try
        {
            Ranges = Own(new RangeLists(device, lists, ranges));
            Columns = Own(new RangeLists(device, lists, lists));
            Listed = Own(new IlgpuBuffer(device, sizeof(int) * (long)columns));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Ranges of keys, a list for each pair and row group.</summary>
    public RangeLists Ranges { get; } = null!;

    /// <summary>Ranges of entries of <see cref="Listed"/>, a list of one for each pair and row group.</summary>
    public RangeLists Columns { get; } = null!;

    /// <summary>Single keys.</summary>
    public IlgpuBuffer Listed { get; } = null!;

    /// <summary>Whether a list has ranges, and columns.</summary>
    public bool HasRanges => _content.Ranges > 0;

    /// <inheritdoc cref="HasRanges"/>
    public bool HasColumns => _content.Columns > 0;

    /// <summary>Most keys of a list.</summary>
    public int MostKeys => _content.MostKeys;

    /// <summary>Bytes held on the device.</summary>
    public long ByteLength => Ranges.ByteLength + Columns.ByteLength + Listed.ByteLength;

    /// <summary>Copies the lists of as many whole pairs of <paramref name="part"/> as fit, or of some row groups where those of one pair do not.</summary>
    /// <returns>How many pairs, and the row group after the last.</returns>
    public (int Pairs, int Stop) Fill(in Part part)
    {
        if (_held is { } held && held.Part == part) return (held.Pairs, held.Stop);
        (_held, _content) = (null, default);
        var (pair, stop) = (part.Pair, part.Stop);
        while (pair < part.EndPair && TryAddPair(part, pair)) pair++;
        if (pair == part.Pair)
            for (stop = part.Group; stop < part.Stop && TryAdd(part, pair, stop);) stop++;
        Upload();
        _held = (part, Math.Max(1, pair - part.Pair), stop);
        return (_held.Value.Pairs, stop);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var item in _owned) item.Dispose();
    }

    private T Own<T>(T item) where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    private bool TryAddPair(in Part part, int pair)
    {
        var before = _content;
        for (var group = part.Group; group < part.Stop; group++)
        {
            if (TryAdd(part, pair, group)) continue;
            _content = before;
            return false;
        }

        return true;
    }

    private bool TryAdd(in Part part, int pair, int group)
    {
        var (content, limit) = (_content, part.Limit(group));
        if (content.Lists == _columnRanges.Length) return false;
        _rangeBounds[2 * content.Lists] = content.Ranges;
        var (keys, firstColumn) = (0, content.Columns);
        foreach (var range in part.Ranges(pair, group))
        {
            if (range.Start >= limit) break;
            if (content.Ranges == _ranges.Length) return false;
            var end = Math.Min(range.End, limit);
            _ranges[content.Ranges++] = new KeyRange(range.Start, end, range.Partial);
            keys += end - range.Start;
        }

        foreach (var column in part.Columns(pair, group))
        {
            if (column >= limit) break;
            if (content.Columns == _listed.Length) return false;
            _listed[content.Columns++] = column;
            keys++;
        }

        _rangeBounds[2 * content.Lists + 1] = content.Ranges;
        _columnRanges[content.Lists++] = new KeyRange(firstColumn, content.Columns);
        content.MostKeys = Math.Max(content.MostKeys, keys);
        _content = content;
        return true;
    }

    private void Upload()
    {
        Ranges.Fill(_rangeBounds.AsSpan(0, 2 * _content.Lists), _ranges.AsSpan(0, _content.Ranges));
        if (!HasColumns) return;
        Columns.Fill(_columnBounds.AsSpan(0, 2 * _content.Lists), _columnRanges.AsSpan(0, _content.Lists));
        Listed.CopyFrom(MemoryMarshal.AsBytes(_listed.AsSpan(0, _content.Columns)));
    }

    /// <summary>Room for lists.</summary>
    /// <param name="Lists">Lists.</param>
    /// <param name="Ranges">Ranges of all lists.</param>
    /// <param name="Columns">Columns of all lists.</param>
    public readonly record struct Capacity(int Lists, int Ranges, int Columns)
    {
        /// <summary>34 MB: lists of usual indices fit at once.</summary>
        public static Capacity Usual => new(1 << 18, 1 << 20, 4 << 20);
    }

    private struct Content
    {
        public int Lists, Ranges, Columns, MostKeys;
    }

    /// <summary>Lists of an index that a run needs.</summary>
    /// <param name="Index">The index.</param>
    /// <param name="End">Position after the last row of the run.</param>
    /// <param name="Keys">Keys of the run.</param>
    /// <param name="Causal">Whether rows see keys up to their own position only.</param>
    /// <param name="Heads">Tile heads of a sequence.</param>
    /// <param name="Pair">First pair of (sequence, tile head).</param>
    /// <param name="EndPair">Pair after the last.</param>
    /// <param name="Group">First row group.</param>
    /// <param name="Stop">Row group after the last.</param>
    public readonly record struct Part(AttentionIndex Index, int End, int Keys, bool Causal, int Heads, int Pair, int EndPair, int Group, int Stop)
    {
        /// <summary>Keys below this are visible to some row of a group.</summary>
        public int Limit(int group) => Causal ? (int)Math.Min((group + 1L) * Index.Rows, End) : Keys;

        public ReadOnlySpan<KeySpan> Ranges(int pair, int group) => Index.Ranges(pair / Heads % Index.Batch, pair % Heads * Index.Heads / Heads, group);

        public ReadOnlySpan<int> Columns(int pair, int group) => Index.Columns(pair / Heads % Index.Batch, pair % Heads * Index.Heads / Heads, group);
    }
}
