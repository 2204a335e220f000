namespace Kernels;

/// <summary>What the importance of a block of keys for a group of query rows is estimated from.</summary>
public enum KeyEstimator
{
    /// <summary>
    /// Mean query · mean key, scaled; a softmax over the group's key blocks makes probabilities. Block-Sparse of MInference
    /// (arXiv 2407.02490, §3.1) and the base of SpargeAttn and FlexPrefill.
    /// </summary>
    Pooled,

    /// <summary>
    /// Sums of the scores on the antidiagonals of Stride × Stride squares, scaled by 1/Stride; a softmax over the squares of a row of squares,
    /// summed over each block. XAttention (arXiv 2503.16428, §2.1).
    /// </summary>
    Antidiagonal,

    /// <summary>The probabilities themselves, averaged over the group's rows and summed over each block. SparseD (arXiv 2509.24014, §4).</summary>
    Probabilities,

    /// <summary>
    /// An upper bound of query · key from each block's smallest and largest key channels, Σ max(q·min, q·max); for single rows. Quest
    /// (arXiv 2406.10774, §3.3). A bound, not a probability.
    /// </summary>
    Bounds,

    /// <summary>
    /// The probabilities of the last query rows, summed along key columns and along diagonals. Vertical-Slash of MInference (arXiv 2407.02490, §3.1).
    /// </summary>
    LastRows,

    /// <summary>
    /// <see cref="LastRows"/> by blocks, or <see cref="Pooled"/> for heads whose last rows the two describe alike. FlexPrefill (arXiv 2502.20766, §3).
    /// </summary>
    LastRowsOrPooled,

    /// <summary>
    /// The probabilities of the last query rows, summed along key columns and pooled over neighbouring keys: which keys of a cache are kept.
    /// SnapKV (arXiv 2404.14469, §4).
    /// </summary>
    ObservationWindow,

    /// <summary>
    /// A learned gate: the mean query of the rows and the largest, least and mean key of each block, all as before their rotation, projected, rotated by
    /// the position of their first token and multiplied; a softmax over the group's key blocks makes probabilities. SeerAttention (arXiv 2410.13276, §3.1).
    /// A run brings the gate.
    /// </summary>
    Gate,

    /// <summary>
    /// As <see cref="Gate"/>, for single rows: the queries of all heads of a key head are projected together and share the selection; a block has no
    /// projected key until its last token is there, and 0 as its logit. SeerAttention-R (arXiv 2506.08889, §2).
    /// </summary>
    GroupGate,
}
