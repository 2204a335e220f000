namespace Kernels;

/// <summary>
/// Sequences of unequal lengths in one run. Queries stand one sequence after another in tensors [1, tokens, heads, channels]; so do keys and
/// values, or they lie in pages of a cache.
/// </summary>
/// <remarks>
/// Views what the caller holds: a run reads it and keeps nothing. Where causal, the last query of each sequence is aligned with its last key.
/// A sequence may have no query; one that has needs a key. Masks and indices know sequence i as batch i.
/// </remarks>
public readonly ref struct RaggedBatch
{
    private readonly ReadOnlySpan<int> _keys;

    private RaggedBatch(ReadOnlySpan<int> queryOffsets, ReadOnlySpan<int> keys, ReadOnlySpan<int> pageTable, bool isPaged)
    {
        QueryOffsets = queryOffsets;
        _keys = keys;
        PageTable = pageTable;
        IsPaged = isPaged;
        IsRagged = true;
    }

    /// <summary>Whether this is a batch at all: the default value stands for tensors whose sequences are equally long.</summary>
    public bool IsRagged { get; }

    /// <summary>Whether keys and values lie in pages.</summary>
    public bool IsPaged { get; }

    /// <summary>Sequences.</summary>
    public int Count => Math.Max(0, QueryOffsets.Length - 1);

    /// <summary>[sequences + 1]: first query token of each sequence, and the end of the last.</summary>
    public ReadOnlySpan<int> QueryOffsets { get; }

    /// <summary>[sequences + 1]: first key token of each sequence, and the end of the last; empty where paged.</summary>
    public ReadOnlySpan<int> KeyOffsets => IsPaged ? [] : _keys;

    /// <summary>[sequences]: keys of each sequence; empty where not paged.</summary>
    public ReadOnlySpan<int> KeyLengths => IsPaged ? _keys : [];

    /// <summary>[sequences, columns]: the pages of each sequence in order; entries past its keys are not read.</summary>
    public ReadOnlySpan<int> PageTable { get; }

    /// <summary>Entries of the page table for each sequence.</summary>
    public int PageColumns => Count > 0 ? PageTable.Length / Count : 0;

    /// <summary>Keys and values one sequence after another, as queries are.</summary>
    /// <param name="queryOffsets">[sequences + 1], from 0 to the query tokens, never descending.</param>
    /// <param name="keyOffsets">[sequences + 1], from 0 to the key tokens, never descending.</param>
    public static RaggedBatch Packed(ReadOnlySpan<int> queryOffsets, ReadOnlySpan<int> keyOffsets) => new(queryOffsets, keyOffsets, [], false);

    /// <summary>
    /// Keys and values in pages, tensors [pages, <see cref="AttentionShape.Page"/>, key heads, head dim]: key j of a sequence is row
    /// j mod Page of its page j ÷ Page. Sequences may share pages.
    /// </summary>
    /// <param name="queryOffsets">[sequences + 1], from 0 to the query tokens, never descending.</param>
    /// <param name="keyLengths">[sequences]: keys of each sequence.</param>
    /// <param name="pageTable">[sequences, columns]: the pages of each sequence in order; entries past its keys may be anything.</param>
    public static RaggedBatch Paged(ReadOnlySpan<int> queryOffsets, ReadOnlySpan<int> keyLengths, ReadOnlySpan<int> pageTable) =>
        new(queryOffsets, keyLengths, pageTable, true);

    /// <summary>Pages of <paramref name="page"/> keys that a sequence needs.</summary>
    internal int PagesNeeded(int sequence, int page) => (int)((Keys(sequence) + page - 1L) / page);

    /// <summary>The pages of a sequence that hold its keys, <paramref name="page"/> each; there must be enough of them.</summary>
    internal ReadOnlySpan<int> PagesOf(int sequence, int page) => PageTable.Slice(sequence * PageColumns, PagesNeeded(sequence, page));

    /// <summary>Query tokens of a sequence.</summary>
    public int Queries(int sequence) => QueryOffsets[sequence + 1] - QueryOffsets[sequence];

    /// <summary>Key tokens of a sequence.</summary>
    public int Keys(int sequence) => IsPaged ? _keys[sequence] : _keys[sequence + 1] - _keys[sequence];
}
