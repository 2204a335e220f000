namespace Kernels;

/// <summary>
/// Declares attention over key blocks that each run selects: an estimate of every block's importance for a group of query rows, a selector,
/// and blocks that are visited in any case.
/// </summary>
/// <remarks>
/// Groups and blocks lie on absolute positions; a run that holds a part of a group estimates from the rows it holds. Exactly one selector is
/// set: <see cref="TopK"/>, <see cref="TopShare"/>, <see cref="Mass"/>, <see cref="Threshold"/>, <see cref="Difference"/> or <see cref="Select"/>. Where causal, only blocks up to
/// the one of the group's last row take part, in the estimate's softmax too, and keys after a row are not visited in them. Blocks of equal
/// estimate are taken in ascending order.
/// </remarks>
public sealed class SelectedAttentionAttribute : AttentionAttribute
{
    /// <summary>What importance is estimated from. Default <see cref="KeyEstimator.Pooled"/>; estimates from last rows have attributes of their own.</summary>
    public KeyEstimator Estimator { get; set; }

    /// <summary>Keys of a block: a multiple of 16 from 16 to 1024. Default 128.</summary>
    public int Block { get; set; } = 128;

    /// <summary>
    /// Query rows that share a selection: 1 to 1024; 0, the default, means <see cref="Block"/>. <see cref="KeyEstimator.Bounds"/> and
    /// <see cref="KeyEstimator.GroupGate"/> need 1; <see cref="KeyEstimator.Antidiagonal"/> needs a multiple of <see cref="Stride"/>.
    /// </summary>
    public int Rows { get; set; }

    /// <summary>Antidiagonal: side of the squares, which divides <see cref="Block"/>. Default 16.</summary>
    public int Stride { get; set; } = 16;

    /// <summary>Blocks visited by a group, forced ones included.</summary>
    public int TopK { get; set; }

    /// <summary>Share s of a group's n blocks, 0 to 1: ⌊s·n⌋ + 1 are visited, forced ones included.</summary>
    public float TopShare { get; set; }

    /// <summary>
    /// Cumulative mass τ, 0 to 1: after the forced blocks, blocks are taken by descending estimate while those taken hold less than τ of the
    /// sum of all estimates.
    /// </summary>
    public float Mass { get; set; }

    /// <summary>Blocks whose estimate is at least this are visited.</summary>
    public float Threshold { get; set; }

    /// <summary>Blocks whose estimate is at least the largest of the group, forced blocks included, less this are visited.</summary>
    public float Difference { get; set; }

    /// <summary>
    /// Name of a static method of the same class, <c>bool (float estimate, int rank, float mass, int queryGroup, int keyBlock)</c>: whether a block that is
    /// not forced is visited. Rank and mass count the forced blocks and those of larger estimate; mass is their share of all estimates.
    /// </summary>
    public string? Select { get; set; }

    /// <summary>First blocks that are always visited. Default 1.</summary>
    public int SinkBlocks { get; set; } = 1;

    /// <summary>Blocks up to the one of the group's last row that are always visited: 1 is the diagonal. Default 1.</summary>
    public int LocalBlocks { get; set; } = 1;

    /// <summary>Last groups of rows of a run that visit every block. Default 0.</summary>
    public int DenseGroups { get; set; }

    /// <summary>
    /// Pooled: similarity θ, 0 to 1; 0, the default, asks for none. A block of keys, or a group of rows, whose vectors have a mean cosine (all pairs,
    /// each with itself too) of at most θ is not described by its mean: such keys are visited by every group and leave the softmax, and such
    /// rows visit every block.
    /// </summary>
    public float SelfSimilarity { get; set; }

    /// <summary>How the query heads of one key head share a selection. Default <see cref="GroupReduction.None"/>; <see cref="KeyEstimator.GroupGate"/> shares by itself.</summary>
    public GroupReduction Reduction { get; set; }
}
