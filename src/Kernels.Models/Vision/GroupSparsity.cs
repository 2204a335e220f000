using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Drops groups of a network's pointwise convolutions by magnitude; first convolution, depthwise layers and classifier stay dense.</summary>
internal static class GroupSparsity
{
    /// <summary>Rearranges the channels, then prunes.</summary>
    /// <param name="network">A dense network.</param>
    /// <param name="pattern">Groups of outputs; its sparsity holds in every layer whose outputs they divide.</param>
    /// <exception cref="ModelException">The pattern is none of groups the kernels read.</exception>
    public static VisionNetwork Prune(VisionNetwork network, SparsityPattern pattern)
    {
        var rows = GroupRows(network.Name, pattern);
        var sorted = NetworkRearrangement.Sort(network);
        var method = new MagnitudePruning();
        var layers = sorted.Layers.Select(layer =>
        {
            if (layer.IsDepthwise || layer.Window.Side != 1 || layer.Outputs % rows != 0) return layer;
            var filters = (float[])layer.Filters.Clone();
            var mask = method.Prune(filters, layer.Outputs, layer.Columns, pattern);
            return layer with { Filters = filters, Mask = mask };
        }).ToArray();
        return new VisionNetwork(sorted.Name, sorted.Side, sorted.Channels, layers, sorted.Classifier, sorted.ClassifierBias);
    }

    /// <summary>Rows of the pattern's groups.</summary>
    /// <exception cref="ModelException">The pattern is none of groups the kernels read.</exception>
    public static int GroupRows(string network, SparsityPattern pattern) =>
        pattern is BlockPattern { Columns: 1 } groups && VisionKernels.GroupRows.Contains(groups.Rows)
            ? groups.Rows
            : throw new ModelException(network, "pattern", pattern.Name, $"convolutions are pruned in groups of {string.Join(", ", VisionKernels.GroupRows)} outputs", "For example group:4@0.3.");
}
