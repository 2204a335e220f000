using System.Runtime.InteropServices;
using Google.Protobuf;
using Kernels.Models;
using static Kernels.Perf.Peers.OnnxMessage;

namespace Kernels.Perf.Peers;

/// <summary>Writes classifiers as ONNX models: <c>image</c> [1, channels, side, side] in, <c>logits</c> [1, classes] out.</summary>
internal sealed class OnnxNetworkModel
{
    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _constants = [];
    private readonly bool _withNorms;

    private OnnxNetworkModel(bool withNorms) => _withNorms = withNorms;

    /// <summary>The model of a network.</summary>
    /// <param name="network">The network; weights its masks drop are stored as the zeros they are.</param>
    /// <param name="withNorms">Whether biases come from batch norms after the convolutions, as in models that were not prepared for inference.</param>
    public static byte[] Encode(VisionNetwork network, bool withNorms = false)
    {
        var model = new OnnxNetworkModel(withNorms);
        var values = network.Layers.Select((_, index) => $"value{index}").ToArray();
        for (var i = 0; i < network.Layers.Count; i++)
        {
            var layer = network.Layers[i];
            model.AddLayer(layer, layer.Input < 0 ? "image" : values[layer.Input], layer.Residual is { } residual ? values[residual] : null, values[i]);
        }

        var (classes, features) = (network.ClassifierBias.Length, network.Layers[^1].Outputs);
        model.AddNode("GlobalAveragePool", [values[^1]], "mean");
        model.AddNode("Flatten", ["mean"], "features");
        model.AddNode("Gemm", ["features", model.Constant("classifier", network.Classifier, classes, features), model.Constant("classifier bias", network.ClassifierBias, classes)], "logits", ("transB", [1]));
        var graph = Message(output =>
        {
            foreach (var node in model._nodes) Write(output, 1, node);
            Write(output, 2, "network");
            foreach (var constant in model._constants) Write(output, 5, constant);
            Write(output, 11, Value("image", 1, network.Channels, network.Side, network.Side));
            Write(output, 12, Value("logits", 1, classes));
        });
        return Append(Header(), 7, graph);
    }

    private void AddLayer(VisionLayer layer, string input, string? residual, string output)
    {
        var window = layer.Window;
        var filters = Constant($"{layer.Name} filters", layer.Filters, layer.Outputs, layer.IsDepthwise ? 1 : layer.Inputs, window.Side, window.Side);
        (string, long[])[] attributes =
        [
            ("kernel_shape", [window.Side, window.Side]), ("strides", [window.Stride, window.Stride]),
            ("pads", [window.Padding, window.Padding, window.Padding, window.Padding]), ("group", [layer.IsDepthwise ? layer.Inputs : 1]),
        ];
        var last = layer.Activation != Activation.None ? $"{output} sum" : output;
        var biased = residual is null ? last : $"{output} biased";
        if (_withNorms)
        {
            AddNode("Conv", [input, filters], $"{output} raw", attributes);
            AddNorm(layer, $"{output} raw", biased);
        }
        else
        {
            AddNode("Conv", [input, filters, Constant($"{layer.Name} bias", layer.Bias, layer.Outputs)], biased, attributes);
        }

        if (residual is not null) AddNode("Add", [biased, residual], last);
        if (layer.Activation == Activation.Relu) AddNode("Relu", [last], output);
        if (layer.Activation == Activation.Relu6) AddNode("Clip", [last, Constant($"{layer.Name} low", [0]), Constant($"{layer.Name} high", [6])], output);
    }

    // gain·(y − mean)/√(variance + ε) + shift with 2·(y − ¼)/√4 + (bias + ¼) adds the bias.
    private void AddNorm(VisionLayer layer, string input, string output)
    {
        string Part(string name, Func<float, float> map) => Constant($"{layer.Name} {name}", Array.ConvertAll(layer.Bias, value => map(value)), layer.Outputs);
        AddNode(
            "BatchNormalization", [input, Part("gain", _ => 2), Part("shift", bias => bias + 0.25f), Part("mean", _ => 0.25f), Part("variance", _ => 4 - 1e-5f)], output);
    }

    private void AddNode(string operation, string[] inputs, string output, params (string Name, long[] Values)[] attributes) => _nodes.Add(Message(node =>
    {
        foreach (var input in inputs) Write(node, 1, input);
        Write(node, 2, output);
        Write(node, 3, output);
        Write(node, 4, operation);
        foreach (var (name, values) in attributes)
            Write(node, 5, Message(attribute =>
            {
                Write(attribute, 1, name);
                if (values.Length == 1) Write(attribute, 3, values[0]);
                else foreach (var value in values) Write(attribute, 8, value);
                Write(attribute, 20, values.Length == 1 ? IntAttribute : IntsAttribute);
            }));
    }));

    private string Constant(string name, float[] values, params int[] lengths)
    {
        _constants.Add(Append(
            Message(tensor =>
            {
                foreach (var length in lengths) Write(tensor, 1, length);
                Write(tensor, 2, FloatType);
                Write(tensor, 8, name);
            }), 9, MemoryMarshal.AsBytes(values.AsSpan())));
        return name;
    }
}
