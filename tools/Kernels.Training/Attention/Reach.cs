namespace Kernels.Training.Attention;

/// <summary>
/// The keys AnchorAttention visits without looking at a score: the first <see cref="Block"/>, and those from one block before
/// the query's group on. Declared as masks, so that their log-sum-exp comes from the library.
/// </summary>
internal static partial class Reach
{
    /// <summary>Width of the initial block and of the margin before a group.</summary>
    public const int Block = 128;

    /// <summary>Groups of 512 queries: the same pattern made small, for sequences that are not yet long.</summary>
    [MaskedAttention(HeadDim = 64, Mask = nameof(Within512))]
    public static partial AttentionKernel Groups512 { get; }

    /// <summary>Groups of 2,048 queries, as AnchorAttention has them by default.</summary>
    [MaskedAttention(HeadDim = 64, Mask = nameof(Within2048))]
    public static partial AttentionKernel Groups2048 { get; }

    /// <summary>The kernel of a group size.</summary>
    public static AttentionKernel For(int group) => group switch
    {
        512 => Groups512,
        2048 => Groups2048,
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "Groups of 512 and of 2048 queries are declared."),
    };

    /// <summary>Whether the queries of the tile at <paramref name="query"/> see the keys of the tile at <paramref name="key"/>.</summary>
    public static bool Covers(int group, int query, int key) => key < Block || key >= query / group * group - Block;

    private static bool Within512(int query, int key) => key < 128 || key >= (query & ~511) - 128;

    private static bool Within2048(int query, int key) => key < 128 || key >= (query & ~2047) - 128;
}
