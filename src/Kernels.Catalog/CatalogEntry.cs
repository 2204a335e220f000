namespace Kernels.Catalog;

/// <summary>A published method as it is declared here.</summary>
public sealed record CatalogEntry
{
    /// <summary>Name on command lines.</summary>
    public required string Name { get; init; }

    /// <summary>What it visits, for people.</summary>
    public required string Description { get; init; }

    /// <summary>Where it was published.</summary>
    public required string Source { get; init; }

    /// <summary>What it is meant for.</summary>
    public required CatalogPhase Phase { get; init; }

    /// <summary>What it needs beyond queries, keys and values; null for nothing.</summary>
    public string? Needs { get; init; }

    /// <summary>Whether a causal model can run it on nothing but its queries, keys and values.</summary>
    public bool FitsCausalModels { get; init; } = true;

    /// <summary>Its kernels.</summary>
    public required AttentionFamily Kernels { get; init; }
}
