using Kernels.Catalog;

namespace Kernels.Models;

/// <summary>A way of attending: the kernel a prompt is read with and the one tokens are generated with.</summary>
/// <remarks>Open: a host may make its own from any declared kernels.</remarks>
public sealed record AttentionMethod
{
    /// <summary>The methods that have names on command lines: those of the catalog that fit a causal model.</summary>
    public static IReadOnlyList<AttentionMethod> All { get; } =
        [.. AttentionCatalog.All.Where(entry => entry.FitsCausalModels).Select(Make)];

    /// <summary>Every key.</summary>
    public static AttentionMethod Dense { get; } = Find("dense");

    /// <summary>AnchorAttention.</summary>
    public static AttentionMethod Anchor { get; } = Find("anchor");

    /// <summary>Name on command lines.</summary>
    public required string Name { get; init; }

    /// <summary>What it visits, for people.</summary>
    public required string Description { get; init; }

    /// <summary>The causal kernel for a head dimension that prompts are read with.</summary>
    /// <remarks>Throws <see cref="ArgumentOutOfRangeException"/> where none is declared.</remarks>
    public required Func<int, AttentionKernel> Prefill { get; init; }

    /// <summary>The causal kernel for a head dimension that tokens are generated with.</summary>
    public required Func<int, AttentionKernel> Decode { get; init; }

    /// <summary>
    /// The kernel, declared with [ObservationWindowAttention], that chooses which keys of the prompt are kept when generation begins; null, the default,
    /// where all are. <see cref="Decode"/> then gives kernels over indices, without causality.
    /// </summary>
    public Func<int, AttentionKernel>? Keeps { get; init; }

    /// <summary>The kernel that shows on a prompt what is visited, or kept, when generating; null, the default, for <see cref="Prefill"/>.</summary>
    public Func<int, AttentionKernel>? Inspected { get; init; }

    /// <summary>Whether it is dense but for tokens that are fed one at a time, so that only those tell how well it does.</summary>
    public bool DecodesOnly => Inspected is not null && Keeps is null;

    /// <summary>The gates of the model's layers, for kernels that select by them; null for none.</summary>
    public AttentionGates? Gates { get; init; }

    /// <summary>The centroids of the model's layers, for kernels that route to clusters; null for none.</summary>
    public AttentionCentroids? Centroids { get; init; }

    /// <summary>The method called <paramref name="name"/>.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static AttentionMethod Find(string name) =>
        All.FirstOrDefault(method => method.Name == name)
        ?? throw new ModelException("attention", "method", name, $"the methods are {string.Join(", ", All.Select(method => method.Name))}", "Name one of these.");

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Whether a kernel of the method selects by a gate.</summary>
    /// <param name="headDim">Head dimension of the model.</param>
    public bool NeedsGates(int headDim) => IsGated(Prefill(headDim)) || IsGated(Decode(headDim));

    /// <summary>Whether prompts are routed to clusters, so that <see cref="Centroids"/> are needed.</summary>
    /// <param name="headDim">Head dimension of the model.</param>
    public bool NeedsCentroids(int headDim) => IsRouted(Prefill(headDim));

    /// <summary>The gates that one of the method's kernels asks for, checked; null where it asks for none.</summary>
    internal AttentionGates? GatesFor(AttentionKernel kernel, ModelConfig config)
    {
        if (!IsGated(kernel)) return null;
        if (Gates is null)
            throw new ModelException("attention", "gate of method " + Name, "missing", "it selects keys by a learned gate",
                "Distil one with kernels distill-gate and pass it with --gate FILE (AttentionGates.Load in code).");
        Gates.Require(kernel, config);
        return Gates;
    }

    /// <summary>The centroids that one of the method's kernels asks for, checked; null where it asks for none.</summary>
    internal AttentionCentroids? CentroidsFor(AttentionKernel kernel, ModelConfig config, int length)
    {
        if (!IsRouted(kernel)) return null;
        if (Centroids is null)
            throw new ModelException("attention", "centroids of method " + Name, "missing", "it routes tokens to clusters",
                "Learn them with AttentionCentroids.Learn, or bring those the model was trained with.");
        Centroids.Require(kernel, config, length);
        return Centroids;
    }

    private static bool IsRouted(AttentionKernel kernel) => kernel.Declaration.Pattern == AttentionPattern.Routed;

    private static bool IsGated(AttentionKernel kernel) => kernel.Declaration.Selection is { IsGated: true };

    private static AttentionMethod Make(CatalogEntry entry) => new()
    {
        Name = entry.Name,
        Description = $"{entry.Description} ({entry.Source})" + entry.Phase switch
        {
            CatalogPhase.Prefill => "; generation is dense",
            CatalogPhase.Decode => "; prompts are read densely",
            CatalogPhase.Compaction => "; prompts are read densely, and what is kept of them is chosen when generation begins",
            _ => "",
        },
        Prefill = (entry.Phase is CatalogPhase.Decode or CatalogPhase.Compaction ? DenseAttention.Causal : entry.Kernels).For,
        Decode = (entry.Phase switch
        {
            CatalogPhase.Prefill => DenseAttention.Causal,
            CatalogPhase.Compaction => ListedAttention.Full,
            _ => entry.Kernels,
        }).For,
        Keeps = entry.Phase == CatalogPhase.Compaction ? entry.Kernels.For : null,
        Inspected = entry.Phase is CatalogPhase.Decode or CatalogPhase.Compaction ? entry.Kernels.For : null,
    };
}
