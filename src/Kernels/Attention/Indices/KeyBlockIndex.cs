namespace Kernels;

/// <summary>Key blocks per query block and head, full and partial: serves static masks and every method that selects blocks.</summary>
public sealed class KeyBlockIndex : AttentionIndex
{
    /// <summary>Copies and checks lists of key blocks.</summary>
    /// <param name="batch">Sequences with lists of their own, or 1.</param>
    /// <param name="heads">Query heads, key heads, or 1.</param>
    /// <param name="queries">Query positions up to the last one covered.</param>
    /// <param name="keys">Keys that blocks are made of; the last block may be shorter.</param>
    /// <param name="rows">Query rows that share a list.</param>
    /// <param name="block">Keys of a block.</param>
    /// <param name="starts">[batch · heads · row groups + 1]: where each list begins in <paramref name="blocks"/>, and where the last ends.</param>
    /// <param name="blocks">Key block ids, strictly ascending within a list.</param>
    /// <param name="partial">Per entry of <paramref name="blocks"/>, whether the kernel's mask is asked; empty for never.</param>
    /// <param name="first">First query position covered, 0 to <paramref name="queries"/> − 1: lists begin with its row group.</param>
    /// <exception cref="KernelException">A list is malformed; the message names the list, the value and the limit.</exception>
    public KeyBlockIndex(
        int batch, int heads, int queries, int keys, int rows, int block, ReadOnlySpan<int> starts, ReadOnlySpan<int> blocks,
        ReadOnlySpan<bool> partial = default, int first = 0)
        : this(new IndexShape(nameof(KeyBlockIndex), batch, heads, queries, keys, rows, first), block, starts, blocks, partial)
    {
    }

    private KeyBlockIndex(in IndexShape shape, int block, ReadOnlySpan<int> starts, ReadOnlySpan<int> blocks, ReadOnlySpan<bool> partial)
        : base(shape, Build(shape, block, starts, blocks, partial), IndexLists<int>.None) => Block = block;

    /// <summary>Keys of a block.</summary>
    public int Block { get; }

    /// <inheritdoc/>
    private protected override string Describe() => $"{Rows} rows × blocks of {Block}";

    private static IndexLists<KeySpan> Build(
        in IndexShape shape, int block, ReadOnlySpan<int> starts, ReadOnlySpan<int> blocks, ReadOnlySpan<bool> partial)
    {
        shape.Require("block", block);
        if (partial.Length > 0 && partial.Length != blocks.Length)
            throw shape.Refuse($"{partial.Length} partial flags", $"there are {blocks.Length} blocks", "Pass one flag for each block, or none.");
        shape.CheckStarts(starts, blocks.Length, "blocks");
        shape.CheckIds(starts, blocks, (shape.Keys - 1) / block + 1, "block");
        return KeyBlocks.Merge(shape.Lists, block, shape.Keys, starts, blocks, partial);
    }
}
