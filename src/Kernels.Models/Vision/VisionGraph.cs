using Kernels.Catalog;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>A network as a graph: the image in, one logit for each class out.</summary>
internal sealed class VisionGraph
{
    // Dense layers run as groups of four, the register tile.
    private const int DenseGroup = 4;

    private readonly GraphBuilder _builder;
    private readonly VisionNetwork _network;

    /// <summary>Builds the graph.</summary>
    /// <param name="network">The network.</param>
    /// <param name="showsLast">Whether <see cref="Last"/> can be read after a run.</param>
    /// <exception cref="ModelException">No kernel is declared for a layer.</exception>
    public VisionGraph(VisionNetwork network, bool showsLast)
    {
        (_network, _builder) = (network, new GraphBuilder(network.Name));
        Image = _builder.Image("image", network.Channels, network.Side * network.Side);
        var outputs = new List<GraphValue>();
        foreach (var layer in network.Layers)
        {
            var input = layer.Input < 0 ? Image : outputs[layer.Input];
            outputs.Add(layer.IsDepthwise ? Depthwise(layer, input) : Convolution(layer, input, layer.Residual is { } index ? outputs[index] : null));
        }

        Last = outputs[^1];
        var classes = network.ClassifierBias.Length;
        Logits = _builder.Product(
            "logits", Projections.Dense, new ArrayWeight("classifier", classes, network.Layers[^1].Outputs, network.Classifier), _builder.MeanOfRows("features", Last),
            new ArrayWeight("classifier bias", 1, classes, network.ClassifierBias));
        Graph = showsLast ? _builder.Build(Logits, Last) : _builder.Build(Logits);
    }

    public Graph Graph { get; }

    public GraphValue Image { get; }

    public GraphValue Last { get; }

    public GraphValue Logits { get; }

    private GraphValue Convolution(VisionLayer layer, GraphValue input, GraphValue? residual)
    {
        var alike = layer.Mask is null ? DenseGroup : layer.GroupRows;
        var rows = VisionKernels.GroupRows.Where(count => alike % count == 0 && layer.Outputs % count == 0).Max();
        var kernel = VisionKernels.Find(layer, rows) ?? throw NoKernel(layer, $"in groups of {rows}");
        var mask = layer.Mask ?? WeightMask.Full(layer.Outputs, layer.Columns);
        var filters = new ConvolutionFilters(layer.Name, BlockMatrix.Pack(layer.Filters, mask, rows, 1), layer.Bias);
        return _builder.Convolution(layer.Name, kernel, filters, input, _network.SideBefore(layer), residual);
    }

    private GraphValue Depthwise(VisionLayer layer, GraphValue input)
    {
        var kernel = VisionKernels.FindDepthwise(layer) ?? throw NoKernel(layer, "depthwise");
        return _builder.Depthwise(
            layer.Name, kernel, new ArrayWeight(layer.Name, layer.Outputs, layer.Window.Taps, layer.Filters),
            new ArrayWeight($"{layer.Name} bias", 1, layer.Outputs, layer.Bias), input, _network.SideBefore(layer));
    }

    private ModelException NoKernel(VisionLayer layer, string kind) => new(
        _network.Name, layer.Name, $"a window of {layer.Window.Side}, stride {layer.Window.Stride}, padding {layer.Window.Padding}, then {layer.Activation}, {kind}",
        "kernels are declared for the layers of MobileNet v1 and v2", "Declare one in VisionKernels.");
}
