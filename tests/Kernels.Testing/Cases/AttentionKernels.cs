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

    /// <summary>Causal, a head of five slices of 16 channels.</summary>
    [DenseAttention(HeadDim = 80)]
    public static partial AttentionKernel Causal80 { get; }

    /// <summary>Causal, the largest head.</summary>
    [DenseAttention(HeadDim = 256)]
    public static partial AttentionKernel Causal256 { get; }

    /// <summary>Full, with a scale of its own.</summary>
    [DenseAttention(HeadDim = 64, Causal = false, Scale = 0.2f)]
    public static partial AttentionKernel Full64 { get; }

    /// <summary>Causal, over an index.</summary>
    [IndexedAttention(HeadDim = 20)]
    public static partial AttentionKernel Indexed20 { get; }

    /// <summary>Causal, over an index, a head for tensor cores.</summary>
    [IndexedAttention(HeadDim = 64)]
    public static partial AttentionKernel Indexed64 { get; }

    /// <summary>Full, over an index.</summary>
    [IndexedAttention(HeadDim = 20, Causal = false)]
    public static partial AttentionKernel IndexedFull20 { get; }

    /// <summary>Causal, over an index whose partial ranges ask for <see cref="IsOdd"/>.</summary>
    [IndexedAttention(HeadDim = 32, Mask = nameof(IsOdd))]
    public static partial AttentionKernel IndexedOdd32 { get; }

    /// <summary>Mean keys, a number of blocks.</summary>
    [SelectedAttention(HeadDim = 20, Block = 16, TopK = 4, LocalBlocks = 2)]
    public static partial AttentionKernel PooledTop20 { get; }

    /// <summary>Mean keys, a share of the mass, heads averaged, groups twice as long as blocks.</summary>
    [SelectedAttention(HeadDim = 20, Block = 16, Rows = 32, Mass = 0.6f, LocalBlocks = 2, Reduction = GroupReduction.Mean)]
    public static partial AttentionKernel PooledMass20 { get; }

    /// <summary>Mean keys, a threshold, any head of the group.</summary>
    [SelectedAttention(HeadDim = 20, Block = 32, Rows = 16, Threshold = 0.12f, SinkBlocks = 0, Reduction = GroupReduction.Any)]
    public static partial AttentionKernel PooledAny20 { get; }

    /// <summary>Mean keys for single rows, a selector of the user's.</summary>
    [SelectedAttention(HeadDim = 20, Block = 16, Rows = 1, Select = nameof(KeepAlternating), Reduction = GroupReduction.Max)]
    public static partial AttentionKernel PooledOwn20 { get; }

    /// <summary>Mean keys where they describe their blocks; random vectors of 16 have a mean cosine near 1/16.</summary>
    [SelectedAttention(HeadDim = 20, Block = 16, Mass = 0.4f, SelfSimilarity = 0.06f)]
    public static partial AttentionKernel PooledSimilar20 { get; }

    /// <summary>Antidiagonal sums.</summary>
    [SelectedAttention(HeadDim = 20, Estimator = KeyEstimator.Antidiagonal, Block = 32, Stride = 8, Mass = 0.7f)]
    public static partial AttentionKernel Antidiagonal20 { get; }

    /// <summary>The probabilities themselves, both directions, nothing forced.</summary>
    [SelectedAttention(
        HeadDim = 20, Estimator = KeyEstimator.Probabilities, Block = 32, TopShare = 0.3f, SinkBlocks = 0, LocalBlocks = 0, Causal = false)]
    public static partial AttentionKernel Probabilities20 { get; }

    /// <summary>Bounds of pages, added over the group.</summary>
    [SelectedAttention(HeadDim = 20, Estimator = KeyEstimator.Bounds, Block = 16, TopK = 4, SinkBlocks = 0, Reduction = GroupReduction.Sum)]
    public static partial AttentionKernel Bounds20 { get; }

    /// <summary>A gate's probabilities above a threshold, the last groups dense.</summary>
    [SelectedAttention(HeadDim = 20, Estimator = KeyEstimator.Gate, Block = 16, Threshold = 0.1f, DenseGroups = 2, SinkBlocks = 0)]
    public static partial AttentionKernel Gate20 { get; }

    /// <summary>A gate's best blocks of any head, groups twice as long as blocks.</summary>
    [SelectedAttention(HeadDim = 20, Estimator = KeyEstimator.Gate, Block = 16, Rows = 32, TopK = 3, Reduction = GroupReduction.Any)]
    public static partial AttentionKernel GateAny20 { get; }

    /// <summary>The best blocks of a gate that heads share.</summary>
    [SelectedAttention(HeadDim = 20, Estimator = KeyEstimator.GroupGate, Block = 16, TopK = 4, SinkBlocks = 0)]
    public static partial AttentionKernel GroupGate20 { get; }

    /// <summary>Columns and diagonals.</summary>
    [VerticalSlashAttention(HeadDim = 20, Columns = 12, Diagonals = 20, SinkColumns = 2, LocalDiagonals = 4, LastRows = 5, Rows = 16)]
    public static partial AttentionKernel VerticalSlash20 { get; }

    /// <summary>Bounds of pages near the largest, in score units.</summary>
    [SelectedAttention(HeadDim = 20, Estimator = KeyEstimator.Bounds, Block = 16, Difference = 0.6f, SinkBlocks = 0, Reduction = GroupReduction.Max)]
    public static partial AttentionKernel BoundsNear20 { get; }

    /// <summary>FlexPrefill whose heads find either description; no number of whole query blocks, each of which weighs 1, has just the mass.</summary>
    [FlexPrefillAttention(HeadDim = 20, Block = 32, Mass = 0.62f, Divergence = 0.1f, MinBudget = 64, LastRows = 16)]
    public static partial AttentionKernel Flex20 { get; }

    /// <summary>FlexPrefill by columns and diagonals in any case.</summary>
    [FlexPrefillAttention(HeadDim = 20, Block = 32, Mass = 0.3f, Divergence = 0, MinBudget = 0, LastRows = 5)]
    public static partial AttentionKernel FlexColumns20 { get; }

    /// <summary>FlexPrefill by means in any case.</summary>
    [FlexPrefillAttention(HeadDim = 20, Block = 32, Mass = 0.45f, Divergence = 1, MinBudget = 40, LastRows = 20)]
    public static partial AttentionKernel FlexMeans20 { get; }

    /// <summary>Keys kept as SnapKV keeps them.</summary>
    [ObservationWindowAttention(HeadDim = 20, Capacity = 40, Window = 8)]
    public static partial AttentionKernel Kept20 { get; }

    /// <summary>Keys kept as Ada-KV keeps them: heads compete.</summary>
    [ObservationWindowAttention(
        HeadDim = 20, Capacity = 40, Window = 6, Pooling = ScorePooling.Maximum, PoolWidth = 7, OwnShare = 0.3f, Reduction = GroupReduction.Max)]
    public static partial AttentionKernel KeptByHeads20 { get; }

    /// <summary>Clusters of 12, by position.</summary>
    [RoutedAttention(HeadDim = 20, Cluster = 12)]
    public static partial AttentionKernel Routed20 { get; }

    /// <summary>Clusters of 12, in both directions.</summary>
    [RoutedAttention(HeadDim = 20, Cluster = 12, Causal = false)]
    public static partial AttentionKernel RoutedFull20 { get; }

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

    /// <summary>A mask of its own for each head: empty, partial and full blocks, and a row that sees nothing.</summary>
    [MaskedAttention(HeadDim = 64, Mask = nameof(Bands), Block = 32)]
    public static partial AttentionKernel Banded64 { get; }

    /// <summary>Mask of <see cref="Checkered24"/>.</summary>
    public static bool Checkers(int query, int key) => query % 5 != 3 && ((key - query) / 8 % 3 == 1 || (query - key) % 16 == -3 || query / 64 == key / 64);

    /// <summary>Mask of <see cref="Windowed64"/>.</summary>
    public static bool Window(int batch, int head, int query, int key) => key < 4 * head || query - key < 40 + 30 * batch;

    /// <summary>Scores of <see cref="Windowed64"/>.</summary>
    public static float Slope(float score, int batch, int head, int query, int key) => score - 0.01f * (head + 1) * (query - key);

    /// <summary>Mask of <see cref="IndexedOdd32"/>.</summary>
    public static bool IsOdd(int query, int key) => (query + key) % 2 != 0;

    private static bool KeepAlternating(float estimate, int rank, float mass, int queryGroup, int keyBlock) =>
        rank < 6 && keyBlock % 2 == queryGroup % 2;

    /// <summary>Mask of <see cref="Banded64"/>.</summary>
    public static bool Bands(int batch, int head, int query, int key) => query != 77 && (key < 40 || (query - key + 5 * head) % 30 < 11);
}
