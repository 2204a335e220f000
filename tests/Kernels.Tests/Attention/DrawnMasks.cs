namespace Kernels.Tests.Attention;

/// <summary>Masks for tests: broken ones, and one with every kind of block.</summary>
public static partial class DrawnMasks
{
    /// <summary>Bands of eleven keys out of thirty, and every key of the first forty: empty, partial and full blocks.</summary>
    [MaskedAttention(HeadDim = 24, Mask = nameof(Diagonal), Block = 32)]
    public static partial AttentionKernel Diagonals { get; }

    /// <summary>A mask that admits nothing.</summary>
    [MaskedAttention(HeadDim = 8, Mask = nameof(Never))]
    public static partial AttentionKernel Nothing { get; }

    /// <summary>A mask that divides by zero.</summary>
    [MaskedAttention(HeadDim = 8, Mask = nameof(Divides))]
    public static partial AttentionKernel Throwing { get; }

    /// <summary>Mask of <see cref="Diagonals"/>.</summary>
    public static bool Diagonal(int query, int key) => key < 40 || (query >= 150 && (query - key) % 30 < 11);

    private static bool Never(int query, int key) => key > query;

    private static bool Divides(int query, int key) => query / (key - 3) > 0;
}
