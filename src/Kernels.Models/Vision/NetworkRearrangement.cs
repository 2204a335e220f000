using Kernels.Compression;

namespace Kernels.Models;

/// <summary>
/// Rearranges the channels of a whole network so that similar filters are neighbours and fall into one group (1×N, arXiv 2105.14713,
/// §3.3): outputs are sorted by the sum of their weights' magnitudes. The network computes what it did.
/// </summary>
/// <remarks>
/// One order holds wherever channels must match: a depthwise layer keeps the order of its input, and what a residual adds has the order
/// of what it is added to. Every order is pushed into biases, depthwise windows, the inputs of all readers and the classifier, so that
/// neither image nor classes change places.
/// </remarks>
internal static class NetworkRearrangement
{
    /// <summary>The network with its channels in order.</summary>
    public static VisionNetwork Sort(VisionNetwork network)
    {
        var layers = network.Layers;
        var space = Spaces(layers);
        var orders = new Dictionary<int, int[]>();
        foreach (var group in Enumerable.Range(0, layers.Count).GroupBy(i => space[i]))
            if (group.Key >= 0)
                orders[group.Key] = ChannelOrder.ByNorm(
                    layers[group.First()].Outputs, [.. group.Select(i => layers[i]).Where(layer => !layer.IsDepthwise).Select(layer => layer.Filters)]);

        // The image, space −1, keeps its order.
        int[]? OrderOf(int layer) => layer < 0 || space[layer] < 0 ? null : orders[space[layer]];
        var sorted = layers.Select((layer, index) => Permute(layer, OrderOf(index), OrderOf(layer.Input))).ToArray();
        var features = layers[^1].Outputs;
        var last = OrderOf(layers.Count - 1);
        var classifier = last is null ? network.Classifier : Gather(network.Classifier, network.ClassifierBias.Length, features, null, last, 1);
        return network.With(sorted, classifier);
    }

    // Layers whose outputs must have one order share a number: that of the first of them; −1 where it must stay.
    private static int[] Spaces(IReadOnlyList<VisionLayer> layers)
    {
        var parents = Enumerable.Range(-1, layers.Count + 1).ToArray(); // place i + 1 is layer i, place 0 the image
        int Root(int layer)
        {
            while (parents[layer + 1] != layer) layer = parents[layer + 1];
            return layer;
        }

        void Join(int left, int right)
        {
            var (a, b) = (Root(left), Root(right));
            parents[Math.Max(a, b) + 1] = Math.Min(a, b);
        }

        for (var i = 0; i < layers.Count; i++)
        {
            if (layers[i].IsDepthwise) Join(i, layers[i].Input);
            if (layers[i].Residual is { } residual) Join(i, residual);
        }

        return [.. Enumerable.Range(0, layers.Count).Select(Root)];
    }

    private static VisionLayer Permute(VisionLayer layer, int[]? outputs, int[]? inputs) => layer with
    {
        Filters = layer.IsDepthwise
            ? Gather(layer.Filters, layer.Outputs, 1, outputs, null, layer.Window.Taps)
            : Gather(layer.Filters, layer.Outputs, layer.Inputs, outputs, inputs, layer.Window.Taps),
        Bias = Gather(layer.Bias, layer.Outputs, 1, outputs, null, 1),
    };

    // [rows, columns, taps] by place: row i of the result is row rowOrder[i], where there is an order.
    private static float[] Gather(float[] values, int rows, int columns, int[]? rowOrder, int[]? columnOrder, int taps)
    {
        var result = new float[values.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
            {
                var source = (rowOrder?[row] ?? row) * columns + (columnOrder?[column] ?? column);
                values.AsSpan(source * taps, taps).CopyTo(result.AsSpan((row * columns + column) * taps, taps));
            }

        return result;
    }
}
