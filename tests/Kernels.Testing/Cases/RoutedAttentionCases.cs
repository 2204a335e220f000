namespace Kernels.Testing;

/// <summary>Attention within the clusters of centroids, by name.</summary>
public static class RoutedAttentionCases
{
    private static readonly AttentionCase[] Cases =
    [
        Of("one token", AttentionKernels.Routed20, 1, new(1, 1, 1, 1, 1, 20)),
        Of("one fewer than a cluster", AttentionKernels.Routed20, 1, new(1, 11, 11, 2, 1, 20)),
        Of("a cluster", AttentionKernels.Routed20, 1, new(1, 12, 12, 2, 2, 20)),
        Of("one more than a cluster", AttentionKernels.Routed20, 2, new(1, 13, 13, 2, 1, 20)),
        Of("tail", AttentionKernels.Routed20, 9, new(2, 100, 100, 6, 2, 20)),
        Of("chunk", AttentionKernels.Routed20, 4, new(1, 40, 130, 4, 2, 20)),
        Of("full", AttentionKernels.RoutedFull20, 5, new(1, 90, 50, 2, 1, 20)),
        Of("full, few", AttentionKernels.RoutedFull20, 3, new(1, 20, 30, 2, 2, 20)),
        Of("full, many", AttentionKernels.RoutedFull20, 25, new(2, 300, 300, 2, 1, 20)),
        Of("unequal lengths", AttentionKernels.Routed20, 2, new(1, 1, 1, 4, 2, 20), (13, 20), (0, 5), (9, 9), (1, 40)),
        RaggedAttentionCases.InPages(Of("unequal lengths", AttentionKernels.Routed20, 2, new(1, 1, 1, 4, 2, 20), (13, 20), (0, 5), (9, 9), (1, 40))),
    ];

    /// <summary>Names of all cases.</summary>
    public static IEnumerable<string> Names => Cases.Select(item => item.Name);

    /// <summary>Names of cases for a portable device, which compiles kernels slowly.</summary>
    public static IEnumerable<string> PortableNames => ["routed, tail", "routed, chunk", "routed, unequal lengths", "routed, unequal lengths, paged"];

    /// <summary>Names of cases small enough for the PTX interpreter.</summary>
    public static IEnumerable<string> SmallNames => ["routed, one more than a cluster", "routed, full, few", "routed, unequal lengths, paged"];

    /// <summary>Names of cases small enough for the simulator.</summary>
    public static IEnumerable<string> TinyNames => ["routed, one token"];

    /// <summary>The case called <paramref name="name"/>.</summary>
    public static AttentionCase Named(string name) => Cases.Single(item => item.Name == name);

    private static AttentionCase Of(string name, AttentionKernel kernel, int clusters, AttentionShape shape, params (int Queries, int Keys)[] lengths) =>
        (lengths.Length == 0 ? new AttentionCase($"routed, {name}", kernel, shape) : AttentionCase.Ragged($"routed, {name}", kernel, shape, lengths)) with
        {
            Clusters = clusters, Gap = 3, Spare = 6,
        };
}
