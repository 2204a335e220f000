using Kernels.Compression;

namespace Kernels.Models;

/// <summary>The pattern of every matrix: a free sparsity may be spread unevenly over them.</summary>
/// <param name="options">What was asked for.</param>
/// <param name="tensors">The model.</param>
/// <param name="projections">Names of the matrices that are pruned, by decoder layer.</param>
internal sealed class DensityAllocation(CompressionOptions options, ModelTensors tensors, ILookup<int, string> projections)
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
        var names = projections.SelectMany(layer => layer).ToArray();
        if (Name == "uniform" || pattern.Sparsity == 0) return names.ToDictionary(name => name, _ => pattern);
        var densities = Name == "owl" ? ByOutliers(shares()) : ByShape(names);
        return densities.ToDictionary(pair => pair.Key, pair => pattern with { Sparsity = 1 - pair.Value });
    }

    private Dictionary<string, double> ByShape(string[] names)
    {
        var densities = ErdosRenyi.Densities([.. names.Select(Shape)], 1 - options.Pattern.Sparsity);
        return names.Select((name, i) => (name, densities[i])).ToDictionary();
    }

    private Dictionary<string, double> ByOutliers(IReadOnlyList<double> shares)
    {
        var layers = projections.OrderBy(layer => layer.Key).ToArray();
        var counts = layers.Select(layer => layer.Sum(name => (long)Shape(name)[0] * Shape(name)[1])).ToArray();
        var densities = OutlierAllocation.Densities(shares, counts, 1 - options.Pattern.Sparsity);
        return layers.SelectMany((layer, i) => layer.Select(name => (name, densities[i]))).ToDictionary();
    }

    private int[] Shape(string name) => [.. tensors.Entry(name).Shape.Select(length => (int)length)];
}
