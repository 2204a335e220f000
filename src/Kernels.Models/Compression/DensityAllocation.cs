using Kernels.Compression;

namespace Kernels.Models;

/// <summary>The pattern of every matrix: a free sparsity may be spread unevenly over them.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="matrices">Names and sizes of the matrices that are pruned, by layer.</param>
internal sealed class DensityAllocation(CompressionOptions options, ILookup<int, (string Name, int[] Shape)> matrices)
{
    private string Name => options.Allocation ?? (options.Method == "random" && options.Pattern.HasFreeSparsity ? "erdos-renyi" : "uniform");

    /// <summary>Whether dense layers have to be observed first.</summary>
    public bool NeedsInputs => Name == "owl";

    /// <summary>Refuses what cannot be allocated.</summary>
    /// <exception cref="ModelException">There is no such allocation, or the pattern fixes its sparsity.</exception>
    public static void Require(CompressionOptions options)
    {
        if (options.Allocation is not { } name) return;
        if (!CompressionOptions.Allocations.Contains(name))
            throw new ModelException("compression", "allocation", name, $"the allocations are {string.Join(", ", CompressionOptions.Allocations)}", "Name one of these.");
        if (name != "uniform" && (!options.Pattern.HasFreeSparsity || options.Method == "global"))
            throw new ModelException("compression", "allocation", $"{name} of {options.Pattern} by {options.Method}", "it needs a sparsity that is free by layer", "Leave it out, or choose a pattern such as unstructured@0.5.");
    }

    /// <summary>The pattern of every matrix.</summary>
    /// <param name="shares">Share of outlying scores of each decoder layer, asked for by <c>owl</c> only.</param>
    public Dictionary<string, SparsityPattern> Patterns(Func<IReadOnlyList<double>> shares)
    {
        var pattern = options.Pattern;
        var all = matrices.SelectMany(layer => layer).ToArray();
        if (Name == "uniform" || pattern.Sparsity == 0) return all.ToDictionary(matrix => matrix.Name, _ => pattern);
        var densities = Name == "owl" ? ByOutliers(shares()) : ErdosRenyi.Densities([.. all.Select(matrix => matrix.Shape)], 1 - pattern.Sparsity);
        return all.Zip(densities).ToDictionary(pair => pair.First.Name, pair => pattern with { Sparsity = 1 - pair.Second });
    }

    // Of every matrix, that of its layer.
    private double[] ByOutliers(IReadOnlyList<double> shares)
    {
        var counts = matrices.Select(layer => layer.Sum(matrix => matrix.Shape.Aggregate(1L, (count, length) => count * length))).ToArray();
        var densities = OutlierAllocation.Densities([.. matrices.Select(layer => shares[layer.Key])], counts, 1 - options.Pattern.Sparsity);
        return [.. matrices.SelectMany((layer, i) => layer.Select(_ => densities[i]))];
    }
}
