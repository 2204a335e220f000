namespace Kernels;

/// <summary>
/// Declares AnchorAttention (arXiv 2505.23520): exact attention over the initial block and a local window gives each row
/// an anchor (its running maximum); key columns whose pooled score comes within <see cref="Theta"/> of the anchor are then
/// visited by the whole group of rows.
/// </summary>
/// <remarks>
/// Variant: the exact cover. With group G = Block·Step, group γ visits the initial keys [0, Block), the local keys
/// [γG − Block, row], and the selected columns of [Block, γG − Block); group 0 is dense. No key is visited twice.
/// Always causal.
/// </remarks>
public sealed class AnchorAttentionAttribute : AttentionAttribute
{
    /// <summary>Difference threshold in natural-log score units (after scaling). Default 12.</summary>
    public float Theta { get; set; } = 12f;

    /// <summary>Query blocks that share one selection. Default 16.</summary>
    public int Step { get; set; } = 16;

    /// <summary>Rows of a query block and width of the initial key block: a multiple of 32. Default 128.</summary>
    public int Block { get; set; } = 128;
}
