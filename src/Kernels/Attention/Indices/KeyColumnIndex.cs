namespace Kernels;

/// <summary>Single key columns per row group: stripes, which a group of rows gathers once.</summary>
public sealed class KeyColumnIndex : AttentionIndex
{
    /// <summary>Copies and checks lists of key columns.</summary>
    /// <param name="batch">Sequences with lists of their own, or 1.</param>
    /// <param name="heads">Query heads, key heads, or 1.</param>
    /// <param name="queries">Query positions up to the last one covered.</param>
    /// <param name="keys">Keys that may be listed.</param>
    /// <param name="rows">Query rows that share a list.</param>
    /// <param name="starts">[batch · heads · row groups + 1]: where each list begins in <paramref name="columns"/>, and where the last ends.</param>
    /// <param name="columns">Keys, strictly ascending within a list.</param>
    /// <param name="first">First query position covered, 0 to <paramref name="queries"/> − 1: lists begin with its row group.</param>
    /// <exception cref="KernelException">A list is malformed; the message names the list, the value and the limit.</exception>
    public KeyColumnIndex(int batch, int heads, int queries, int keys, int rows, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, int first = 0)
        : this(new IndexShape(nameof(KeyColumnIndex), batch, heads, queries, keys, rows, first), starts, columns)
    {
    }

    private KeyColumnIndex(in IndexShape shape, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns)
        : base(shape, IndexLists<KeySpan>.None, Build(shape, starts, columns))
    {
    }

    /// <inheritdoc/>
    private protected override string Describe() => $"{Rows} rows × single columns";

    private static IndexLists<int> Build(in IndexShape shape, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns)
    {
        shape.CheckStarts(starts, columns.Length, "columns");
        shape.CheckIds(starts, columns, shape.Keys, "key");
        return new IndexLists<int>(starts.ToArray(), columns.ToArray());
    }
}
