using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Drops weights, or groups of them, of a network's pointwise convolutions; first convolution, depthwise layers and classifier stay dense.</summary>
internal static class GroupSparsity
{
    /// <summary>Rearranges the channels where outputs are dropped together, then prunes by magnitude.</summary>
    /// <param name="network">A dense network.</param>
    /// <param name="pattern">Groups of outputs; its sparsity holds in every pointwise convolution.</param>
    /// <exception cref="ModelException">The pattern is none the kernels read, or does not divide a layer.</exception>
    public static VisionNetwork Prune(VisionNetwork network, SparsityPattern pattern)
    {
        var arranged = Arrange(network, pattern);
        var method = new MagnitudePruning();
        return arranged.With([.. arranged.Layers.Select(layer =>
        {
            if (!IsPruned(layer)) return layer;
            var filters = (float[])layer.Filters.Clone();
            return layer with { Filters = filters, Mask = method.Prune(filters, layer.Outputs, layer.Columns, pattern), GroupRows = pattern.Grain.Rows };
        })]);
    }

    /// <summary>The network with like channels side by side where they are dropped together, ready to be pruned.</summary>
    /// <exception cref="ModelException">The network is pruned already, or the pattern is none the kernels read or does not divide a layer.</exception>
    public static VisionNetwork Arrange(VisionNetwork network, SparsityPattern pattern)
    {
        if (network.Layers.Any(layer => layer.Mask is not null))
            throw new ModelException(network.Name, "network", "pruned already", "masks are chosen once, from all weights", "Start from the dense model.");
        if (pattern is not BlockPattern { Columns: 1 } groups || !VisionKernels.GroupRows.Contains(groups.Rows))
            throw new ModelException(
                network.Name, "pattern", pattern.Name, $"convolutions are pruned by single weights or in groups of {string.Join(", ", VisionKernels.GroupRows)} outputs",
                "For example group:4@0.3 or unstructured@0.8.");
        if (network.Layers.FirstOrDefault(layer => IsPruned(layer) && layer.Outputs % groups.Rows != 0) is { } odd)
            throw new ModelException(
                network.Name, $"pattern of {odd.Name}", pattern.Name, $"its {odd.Outputs} outputs must be a multiple of {groups.Rows}", "Choose smaller groups.");
        return groups.Rows == 1 ? network : NetworkRearrangement.Sort(network);
    }

    /// <summary>Whether a layer's weights are dropped.</summary>
    public static bool IsPruned(VisionLayer layer) => !layer.IsDepthwise && layer.Window.Side == 1;
}
