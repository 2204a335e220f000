namespace Kernels.Compression;

/// <summary>Which weights compete where a pattern leaves the choice open (blocks and unstructured; N:M groups compete by themselves).</summary>
public enum Comparison
{
    /// <summary>
    /// All of the matrix: with τ the ⌊count·sparsity⌋-th smallest score, counted from 0, scores ≤ τ are dropped, ties included
    /// (the threshold of SparseGPT and magnitude pruning, arXiv 2301.00774).
    /// </summary>
    WithinLayer,

    /// <summary>
    /// One output row (of blocks): the ⌊count·sparsity⌋ smallest are dropped; of equal scores the earlier stays (Wanda, arXiv 2306.11695, §3).
    /// </summary>
    WithinRow,
}
