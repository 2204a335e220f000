namespace Kernels.Catalog;

/// <summary>Every attention method declared here.</summary>
public static class AttentionCatalog
{
    /// <summary>The methods, dense attention first.</summary>
    public static IReadOnlyList<CatalogEntry> All { get; } =
    [
        DenseAttention.Entry,
        AnchorAttention.Entry,
        SlidingWindow.Entry,
        StreamingLlm.Entry,
        PowerAttention.Entry,
        BlockSparse.Entry,
        VerticalSlash.Entry,
        FlexPrefill.Entry,
        XAttention.Entry,
        SpargeAttention.Entry,
        SeerAttention.PrefillEntry,
        Quest.Entry,
        SeerAttention.DecodeEntry,
        SnapKv.Entry,
        AdaSnapKv.Entry,
        RoutingTransformer.Entry,
        SparseD.Entry,
    ];
}
