namespace Kernels.Testing;

/// <summary>Kernels declared for tests: head dimensions at and off the tile sizes, and small anchor groups.</summary>
public static partial class AttentionKernels
{
    /// <summary>Causal, the smallest head.</summary>
    [DenseAttention(HeadDim = 8)]
    public static partial AttentionKernel Causal8 { get; }

    /// <summary>Causal, a head that fits no vector or tile.</summary>
    [DenseAttention(HeadDim = 20)]
    public static partial AttentionKernel Causal20 { get; }

    /// <summary>Causal.</summary>
    [DenseAttention(HeadDim = 64)]
    public static partial AttentionKernel Causal64 { get; }

    /// <summary>Causal.</summary>
    [DenseAttention(HeadDim = 128)]
    public static partial AttentionKernel Causal128 { get; }

    /// <summary>Causal, the largest head.</summary>
    [DenseAttention(HeadDim = 256)]
    public static partial AttentionKernel Causal256 { get; }

    /// <summary>Full, with a scale of its own.</summary>
    [DenseAttention(HeadDim = 64, Causal = false, Scale = 0.2f)]
    public static partial AttentionKernel Full64 { get; }

    /// <summary>Anchor with groups of 64 rows.</summary>
    [AnchorAttention(HeadDim = 64, Block = 32, Step = 2, Theta = 2.2f)]
    public static partial AttentionKernel Anchor64 { get; }

    /// <summary>Anchor with groups of 192 rows whose blocks are not a power of two.</summary>
    [AnchorAttention(HeadDim = 20, Block = 96, Step = 2, Theta = 2.6f)]
    public static partial AttentionKernel Anchor20 { get; }

    /// <summary>Full attention under a mask that divides differences of either sign, and leaves some rows without a key.</summary>
    [MaskedAttention(HeadDim = 24, Causal = false, Mask = nameof(Checkers), Block = 32)]
    public static partial AttentionKernel Checkered24 { get; }

    /// <summary>Every head has its own window and its own slope of scores; blocks of 96 fit no tile.</summary>
    [MaskedAttention(HeadDim = 64, Mask = nameof(Window), Score = nameof(Slope), Block = 96)]
    public static partial AttentionKernel Windowed64 { get; }

    /// <summary>Mask of <see cref="Checkered24"/>.</summary>
    public static bool Checkers(int query, int key) => query % 5 != 3 && ((key - query) / 8 % 3 == 1 || (query - key) % 16 == -3 || query / 64 == key / 64);

    /// <summary>Mask of <see cref="Windowed64"/>.</summary>
    public static bool Window(int batch, int head, int query, int key) => key < 4 * head || query - key < 40 + 30 * batch;

    /// <summary>Scores of <see cref="Windowed64"/>.</summary>
    public static float Slope(float score, int batch, int head, int query, int key) => score - 0.01f * (head + 1) * (query - key);
}
