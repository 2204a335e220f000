namespace Kernels.Catalog;

/// <summary>
/// PowerAttention (arXiv 2503.03588, §3): blocks of 256; a query block visits the first block, itself and the four before it, and those at distances
/// that are powers of two, so that every key is reached in logarithmically many layers. For prompts and generation; made for continued training.
/// </summary>
public static partial class PowerAttention
{
    private const int Block = 256, Local = 5;

    /// <summary>Causal.</summary>
    [MaskedAttention(Mask = nameof(IsReached), Block = Block)]
    public static partial AttentionFamily Causal { get; }

    /// <summary>As <see cref="AttentionCatalog"/> lists it.</summary>
    public static CatalogEntry Entry { get; } = new()
    {
        Name = "power", Description = "the first block, a local window and blocks at distances that are powers of two", Source = "arXiv 2503.03588",
        Phase = CatalogPhase.PrefillAndDecode, Needs = "a model trained with it", Kernels = Causal,
    };

    private static bool IsReached(int query, int key)
    {
        var distance = query / Block - key / Block;
        return distance < Local || (distance & (distance - 1)) == 0 || key < Block;
    }
}
