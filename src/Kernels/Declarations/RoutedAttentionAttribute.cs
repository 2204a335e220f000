namespace Kernels;

/// <summary>
/// Declares attention within clusters (Routing Transformer, arXiv 2003.05997, §4.1): every centroid gathers the queries and the keys nearest to it, attends
/// densely among them, and each query gets the mean of what its clusters gave it.
/// </summary>
/// <remarks>
/// Centroid c of a key head takes the <see cref="Cluster"/> keys of largest centroid · key ÷ |key|, and of each query head that shares the key head the
/// queries of largest centroid · query ÷ |query|; equal ones by ascending position, and all where there are fewer. Attention itself is over the vectors as
/// they are. Where causal, pairs are compared by their positions in the sequence; a query that sees none of a cluster's keys is not counted in
/// it. A query in no cluster becomes 0. Which tokens a cluster takes depends on the whole run, so selection is not causal. Run it with
/// <see cref="AttentionPlan.RunRouted"/>.
/// </remarks>
public sealed class RoutedAttentionAttribute : AttentionAttribute
{
    /// <summary>Queries, and keys, that a centroid takes: 1 to 65536. Default 128.</summary>
    public int Cluster { get; set; } = 128;
}
