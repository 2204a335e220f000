namespace Kernels.Catalog;

/// <summary>Every attention method declared here.</summary>
public static class AttentionCatalog
{
    private const string Trained = "a model trained with it";

    /// <summary>The methods, dense attention first.</summary>
    public static IReadOnlyList<CatalogEntry> All { get; } =
    [
        new()
        {
            Name = "dense", Description = "every key up to the query's own", Source = "arXiv 1706.03762",
            Phase = CatalogPhase.PrefillAndDecode, Kernels = DenseAttention.Causal,
        },
        new()
        {
            Name = "anchor", Description = "the initial keys, a local window and the columns near an anchor", Source = "arXiv 2505.23520",
            Phase = CatalogPhase.Prefill, Kernels = AnchorAttention.Causal,
        },
        new()
        {
            Name = "sliding-window", Description = "the latest 4096 keys", Source = "arXiv 2310.06825",
            Phase = CatalogPhase.PrefillAndDecode, Needs = Trained, Kernels = SlidingWindow.Causal,
        },
        new()
        {
            Name = "streaming-llm", Description = "4 sink keys and the latest 1020", Source = "arXiv 2309.17453",
            Phase = CatalogPhase.PrefillAndDecode, Kernels = StreamingLlm.Causal,
        },
        new()
        {
            Name = "power", Description = "the first block, a local window and blocks at distances that are powers of two", Source = "arXiv 2503.03588",
            Phase = CatalogPhase.PrefillAndDecode, Needs = Trained, Kernels = PowerAttention.Causal,
        },
        new()
        {
            Name = "block-sparse", Description = "the 100 key blocks whose mean keys score best", Source = "arXiv 2407.02490",
            Phase = CatalogPhase.Prefill, Kernels = BlockSparse.Causal,
        },
        new()
        {
            Name = "vertical-slash", Description = "1000 key columns and 4096 diagonals chosen by the last queries", Source = "arXiv 2407.02490",
            Phase = CatalogPhase.Prefill, Kernels = VerticalSlash.Causal,
        },
        new()
        {
            Name = "flexprefill", Description = "blocks that hold 0.95 of the mass, by pooled scores or by columns and diagonals, each head as it suits it", Source = "arXiv 2502.20766",
            Phase = CatalogPhase.Prefill, Kernels = FlexPrefill.Causal,
        },
        new()
        {
            Name = "xattention", Description = "key blocks that hold 0.9 of the antidiagonal mass", Source = "arXiv 2503.16428",
            Phase = CatalogPhase.Prefill, Kernels = XAttention.Causal,
        },
        new()
        {
            Name = "sparge", Description = "key blocks that hold 0.98 of their means' mass, and those no mean describes", Source = "arXiv 2502.18137",
            Phase = CatalogPhase.Prefill, Kernels = SpargeAttention.Causal,
        },
        new()
        {
            Name = "quest", Description = "the 256 pages of 16 keys with the largest score bounds", Source = "arXiv 2406.10774",
            Phase = CatalogPhase.Decode, Kernels = Quest.Causal,
        },
        new()
        {
            Name = "snapkv", Description = "the 2048 keys that the last 32 queries attend to most", Source = "arXiv 2404.14469",
            Phase = CatalogPhase.Compaction, Kernels = SnapKv.Selection,
        },
        new()
        {
            Name = "ada-snapkv", Description = "1024 keys a head on average, more where the last 32 queries attend more evenly", Source = "arXiv 2407.11550",
            Phase = CatalogPhase.Compaction, Kernels = AdaSnapKv.Selection,
        },
        new()
        {
            Name = "routing", Description = "within clusters of the 128 queries and keys nearest to a centroid", Source = "arXiv 2003.05997",
            Phase = CatalogPhase.Prefill, Needs = "a model trained with it, and its centroids", FitsCausalModels = false, Kernels = RoutingTransformer.Causal,
        },
        new()
        {
            Name = "sparsed", Description = "three tenths of the key blocks, chosen once and kept for later steps", Source = "arXiv 2509.24014",
            Phase = CatalogPhase.Diffusion, Needs = "a bidirectional model that denoises in steps", FitsCausalModels = false, Kernels = SparseD.Selection,
        },
    ];
}
