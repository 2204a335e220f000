namespace Kernels.Catalog;

/// <summary>
/// FlexPrefill (arXiv 2502.20766, §3) with γ = 0.95, τ = 0.1, blocks of 128 and at least 1024 keys along columns and along diagonals: every head
/// chooses between pooled probabilities and vertical-slash blocks, and how many. Reads prompts; needs no training.
/// </summary>
/// <remarks>Variant: the budget is the released code's (the paper's is 512); short prompts are dense.</remarks>
public static partial class FlexPrefill
{
    /// <summary>Causal.</summary>
    [FlexPrefillAttention(Block = 128, Mass = 0.95f, Divergence = 0.1f, MinBudget = 1024)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "flexprefill", Description = "blocks that hold 0.95 of the mass, by means or by columns and diagonals, as suits each head", Source = "arXiv 2502.20766",
        Phase = CatalogPhase.Prefill, Kernels = Causal,
    };
}
