namespace Kernels;

/// <summary>
/// Declares FlexPrefill (arXiv 2502.20766, §3): each head visits key blocks of its own kind and number. Where mean queries and keys describe the
/// last rows well, blocks of the whole prompt are taken by their pooled probabilities until they hold a share of the mass; elsewhere, blocks of
/// columns and of diagonals as many as hold that share of the last rows.
/// </summary>
/// <remarks>
/// Always causal. A = the probabilities of the last rows, summed over each key block and averaged over the rows; Ā = those of their mean query for
/// mean keys. Where √JS(A, Ā) is below <see cref="Divergence"/> (natural logarithm), the pooled probabilities of all query and key blocks of the run are
/// sorted together and taken while those taken hold less than <see cref="Mass"/> of their sum. Else columns j, and diagonals query − key, of
/// the last rows are sorted, n of each are taken while those taken hold less than the mass, and ⌊n / Block⌋ + 1 blocks of each kind are
/// visited, those of the largest sums. Blocks of each kind are at least ⌊MinBudget / Block⌋ in either case, the first column block and the
/// main diagonal among them. Block diagonal t holds the diagonals t·Block to (t + 1)·Block − 1 and makes query block i visit key block i − t. Runs
/// of at most max(2·Block, MinBudget rounded up to blocks) keys are dense. Each run selects from its own last rows.
/// </remarks>
public sealed class FlexPrefillAttentionAttribute : AttentionAttribute
{
    /// <summary>Rows and keys of a block: a multiple of 32 from 32 to 1024. Default 128.</summary>
    public int Block { get; set; } = 128;

    /// <summary>Share of the mass visited, γ, 0 to 1. Default 0.95.</summary>
    public float Mass { get; set; } = 0.95f;

    /// <summary>Jensen–Shannon distance τ below which a head is estimated from means, 0 to 1. Default 0.1.</summary>
    public float Divergence { get; set; } = 0.1f;

    /// <summary>Keys that columns, and diagonals, hold at least. Default 1024.</summary>
    public int MinBudget { get; set; } = 1024;

    /// <summary>Last query rows that the estimate is made from: 1 to 256. Default 128.</summary>
    public int LastRows { get; set; } = 128;
}
