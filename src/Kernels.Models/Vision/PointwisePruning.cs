using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Drops weights of a network's pointwise convolutions; first convolution, depthwise layers and classifier stay dense.</summary>
internal static class PointwisePruning
{
    /// <summary>Rearranges the channels where outputs are dropped together, then prunes by magnitude.</summary>
    /// <param name="network">A dense network.</param>
    /// <param name="pattern">Its sparsity holds in every pointwise convolution.</param>
    /// <exception cref="ModelException">The pattern does not divide a layer.</exception>
    public static VisionNetwork Prune(VisionNetwork network, SparsityPattern pattern)
    {
        var arranged = Arrange(network, pattern);
        var method = new MagnitudePruning();
        return arranged.With([.. arranged.Layers.Select(layer =>
        {
            if (!IsPruned(layer)) return layer;
            var filters = (float[])layer.Filters.Clone();
            return layer with { Filters = filters, Mask = method.Prune(filters, layer.Outputs, layer.Columns, pattern), GroupRows = pattern is VnmPattern ? 1 : pattern.Grain.Rows };
        })]);
    }

    /// <summary>The network with like channels side by side where they are dropped together, ready to be pruned.</summary>
    /// <exception cref="ModelException">The network is pruned already, or the pattern does not divide a layer.</exception>
    public static VisionNetwork Arrange(VisionNetwork network, SparsityPattern pattern)
    {
        if (network.Layers.Any(layer => layer.Mask is not null))
            throw new ModelException(network.Name, "network", "pruned already", "masks are chosen once, from all weights", "Start from the dense model.");
        var (rows, columns) = pattern.Grain;
        if (network.Layers.FirstOrDefault(layer => IsPruned(layer) && (layer.Outputs % rows != 0 || layer.Columns % columns != 0)) is { } odd)
            throw new ModelException(
                network.Name, $"pattern of {odd.Name}", pattern.Name, $"its [{odd.Outputs}, {odd.Columns}] weights must be multiples of [{rows}, {columns}]", "Choose another pattern.");
        return rows == 1 ? network : NetworkRearrangement.Sort(network);
    }

    /// <summary>Whether a layer's weights are dropped.</summary>
    public static bool IsPruned(VisionLayer layer) => !layer.IsDepthwise && layer.Window.Side == 1;
}
