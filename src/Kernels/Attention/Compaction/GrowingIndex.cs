namespace Kernels;

/// <summary>One range of rows a head, one behind the other, each with room behind it to grow by.</summary>
internal sealed class GrowingIndex : AttentionIndex
{
    private readonly KeySpan[] _spans;

    public GrowingIndex(int[] sizes, int room)
        : this(new IndexShape(nameof(CompactedCache), 1, sizes.Length, int.MaxValue, checked((int)sizes.Sum(size => (long)size + room)), int.MaxValue, 0), sizes, Spans(sizes, room)) =>
        Room = room;

    private GrowingIndex(in IndexShape shape, int[] sizes, KeySpan[] spans)
        : base(shape, new IndexLists<KeySpan>([.. Enumerable.Range(0, sizes.Length + 1)], spans), IndexLists<int>.None) => _spans = spans;

    /// <summary>Rows that each range can grow by in all.</summary>
    public int Room { get; }

    /// <summary>Rows that each range has grown by.</summary>
    public int Grown { get; private set; }

    public int Start(int head) => _spans[head].Start;

    public int End(int head) => _spans[head].End;

    /// <summary>Lengthens every range by a row.</summary>
    public void Grow()
    {
        foreach (ref var span in _spans.AsSpan()) span = span with { End = span.End + 1 };
        Grown++;
    }

    /// <inheritdoc/>
    private protected override string Describe() => "one growing range a head";

    private static KeySpan[] Spans(int[] sizes, int room)
    {
        var (spans, start) = (new KeySpan[sizes.Length], 0);
        for (var head = 0; head < sizes.Length; head++)
        {
            spans[head] = new KeySpan(start, start + sizes[head]);
            start += sizes[head] + room;
        }

        return spans;
    }
}
