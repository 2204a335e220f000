namespace Kernels;

/// <summary>Pages of the KV cache per KV head, shared by all query rows of a run: serves decoding.</summary>
public sealed class KeyPageIndex : AttentionIndex
{
    /// <summary>Copies and checks lists of pages.</summary>
    /// <param name="batch">Sequences with lists of their own, or 1.</param>
    /// <param name="heads">Key heads, query heads, or 1.</param>
    /// <param name="keys">Keys that pages are made of; the last page may be shorter.</param>
    /// <param name="page">Keys of a page.</param>
    /// <param name="starts">[batch · heads + 1]: where each list begins in <paramref name="pages"/>, and where the last ends.</param>
    /// <param name="pages">Page ids, strictly ascending within a list.</param>
    /// <exception cref="KernelException">A list is malformed; the message names the list, the value and the limit.</exception>
    public KeyPageIndex(int batch, int heads, int keys, int page, ReadOnlySpan<int> starts, ReadOnlySpan<int> pages)
        : this(new IndexShape(nameof(KeyPageIndex), batch, heads, int.MaxValue, keys, int.MaxValue, 0), page, starts, pages)
    {
    }

    private KeyPageIndex(in IndexShape shape, int page, ReadOnlySpan<int> starts, ReadOnlySpan<int> pages)
        : base(shape, Build(shape, page, starts, pages), IndexLists<int>.None) => Page = page;

    /// <summary>Keys of a page.</summary>
    public int Page { get; }

    /// <inheritdoc/>
    private protected override string Describe() => $"pages of {Page}";

    private static IndexLists<KeySpan> Build(in IndexShape shape, int page, ReadOnlySpan<int> starts, ReadOnlySpan<int> pages)
    {
        shape.Require("page", page);
        shape.CheckStarts(starts, pages.Length, "pages");
        shape.CheckIds(starts, pages, (shape.Keys - 1) / page + 1, "page");
        return KeyBlocks.Merge(shape.Lists, page, shape.Keys, starts, pages, []);
    }
}
