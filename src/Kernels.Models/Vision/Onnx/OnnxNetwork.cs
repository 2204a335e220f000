using Google.Protobuf;

namespace Kernels.Models;

/// <summary>
/// A network from an ONNX graph: convolutions with the norms, activations and sums that follow them, the mean of the last, and a linear
/// layer. Other operations are refused by name.
/// </summary>
internal sealed class OnnxNetwork
{
    // ModelProto's and GraphProto's fields (onnx/onnx.proto).
    private const int ModelGraph = 7, GraphNode = 1, GraphInitializer = 5, GraphInput = 11, ValueName = 1;
    private const int LongestFile = 1 << 30;

    private readonly string _file;
    private readonly Dictionary<string, OnnxTensor> _constants = [];
    private readonly Dictionary<string, int> _readers = [];
    private readonly Dictionary<string, int> _layerOf = [];
    private readonly HashSet<string> _pooled = [], _logits = [];
    private readonly List<VisionLayer> _layers = [];
    private float[]? _classifier, _classifierBias;

    private OnnxNetwork(string file) => _file = file;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">It cannot be read, is damaged, or holds another kind of network.</exception>
    public static VisionNetwork Read(string path)
    {
        ByteString data;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length > LongestFile) throw new ModelException(path, "length", $"{stream.Length} bytes", $"at most {LongestFile} are read", "Check that this is the right file.");
            data = ByteString.FromStream(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(path, "file", "unreadable", exception.Message.TrimEnd('.'), "Check the path and its permissions.", exception);
        }

        return Read(path, data);
    }

    /// <summary>Reads a model held in memory.</summary>
    /// <exception cref="ModelException">It is damaged, or holds another kind of network.</exception>
    public static VisionNetwork Read(string name, ByteString data)
    {
        var graph = ProtobufMessage.Parse(name, data).Messages(ModelGraph).LastOrDefault()
            ?? throw new ModelException(name, "graph", "missing", "an ONNX model holds one", "This is not an ONNX file: check the path.");
        return new OnnxNetwork(name).Read(graph);
    }

    private VisionNetwork Read(ProtobufMessage graph)
    {
        foreach (var message in graph.Messages(GraphInitializer))
        {
            var tensor = OnnxTensor.Parse(message);
            _constants[tensor.Label] = tensor;
        }

        var nodes = graph.Messages(GraphNode).Select(OnnxNode.Parse).ToArray();
        foreach (var input in nodes.SelectMany(node => node.Inputs)) _readers[input] = _readers.GetValueOrDefault(input) + 1;
        var inputs = graph.Messages(GraphInput).Where(value => !_constants.ContainsKey(value.Text(ValueName))).ToArray();
        if (inputs.Length != 1) throw new ModelException(_file, "inputs", $"{inputs.Length}", "one image is read", "Export the model with one input.");
        _layerOf[inputs[0].Text(ValueName)] = -1;
        foreach (var node in nodes) Read(node);
        if (_classifier is null || _classifierBias is null)
            throw new ModelException(_file, "classifier", "missing", "a linear layer on the mean of every channel is needed", "Export a classifier.");
        return new VisionNetwork(_file, OnnxImage.Side(inputs[0]), _layers[0].Inputs, _layers, _classifier, _classifierBias);
    }

    private void Read(OnnxNode node)
    {
        if (node.Outputs.Count == 0 || node.Inputs.Count == 0 && node.Kind != "Constant") throw node.Refuse("without inputs or outputs", "every operation has both");
        switch (node.Kind)
        {
            case "Constant":
                if (node.Tensor("value") is { } constant) _constants[node.Outputs[0]] = constant;
                break;
            case "Conv": Convolve(node); break;
            case "BatchNormalization": Normalize(node); break;
            case "Relu": Activate(node, Activation.Relu); break;
            case "Clip": Activate(node, ClipOf(node)); break;
            case "Add" when _logits.Contains(node.Inputs[0]): AddClassifierBias(node); break;
            case "Add": Join(node); break;
            case "GlobalAveragePool" or "ReduceMean": Pool(node); break;
            case "Gemm" or "MatMul": Classify(node); break;
            case "Identity" or "Dropout" or "Flatten" or "Reshape" or "Squeeze": Pass(node); break;
            case "Softmax" when _logits.Contains(node.Inputs[0]): _logits.Add(node.Outputs[0]); break;
            default: throw node.Refuse("unknown", "it has no place in a MobileNet");
        }
    }

    private void Convolve(OnnxNode node)
    {
        var filters = Constant(node, 1, 4);
        var shape = filters.Shape;
        var input = LayerOf(node, 0);
        var group = node.Integer("group", 1);
        var (strides, pads) = (node.Integers("strides", 1, 1), node.Integers("pads", 0, 0, 0, 0));
        if (node.Integers("dilations", 1, 1).Any(step => step != 1) || strides.Distinct().Count() != 1 || pads.Distinct().Count() != 1 || node.Text("auto_pad") is not ("" or "NOTSET"))
            throw node.Refuse($"strides [{string.Join(", ", strides)}], pads [{string.Join(", ", pads)}]", "windows are moved and padded alike on every side, without dilation");
        if (shape[2] != shape[3] || shape[2] is < 1 or > 7 || strides[0] is not (1 or 2) || pads[0] < 0 || pads[0] >= shape[2])
            throw node.Refuse($"filters [{string.Join(", ", shape)}], stride {strides[0]}, padding {pads[0]}", "square windows of 1 to 7, stride 1 or 2 and less padding are run");
        var isDepthwise = group > 1;
        if (isDepthwise && (group != shape[0] || shape[1] != 1)) throw node.Refuse($"{group} groups of filters [{string.Join(", ", shape)}]", "one group, or one for every channel, is run");
        _layerOf[node.Outputs[0]] = _layers.Count;
        _layers.Add(new VisionLayer
        {
            Name = node.Label, Input = input, Inputs = isDepthwise ? shape[0] : shape[1], Outputs = shape[0],
            Window = new ConvolutionWindow(shape[2], (int)strides[0], (int)pads[0]), IsDepthwise = isDepthwise, Filters = filters.Floats(),
            Bias = node.Inputs.Count > 2 && node.Inputs[2].Length > 0 ? Vector(node, 2, shape[0]) : new float[shape[0]],
        });
    }

    private void Normalize(OnnxNode node)
    {
        var (index, layer) = OpenLayer(node, 0);
        float[] filters = [.. layer.Filters], bias = [.. layer.Bias];
        NormFolding.Fold(
            filters, bias, Vector(node, 1, layer.Outputs), Vector(node, 2, layer.Outputs), Vector(node, 3, layer.Outputs), Vector(node, 4, layer.Outputs),
            node.Float("epsilon") ?? 1e-5f);
        Replace(node, index, layer with { Filters = filters, Bias = bias });
    }

    private void Activate(OnnxNode node, Activation activation)
    {
        var (index, layer) = OpenLayer(node, 0);
        Replace(node, index, layer with { Activation = activation });
    }

    // The later of two layers adds the earlier one.
    private void Join(OnnxNode node)
    {
        if (node.Inputs.Count != 2) throw node.Refuse($"{node.Inputs.Count} summands", "two are added");
        var (left, right) = (LayerOf(node, 0), LayerOf(node, 1));
        var (index, layer) = OpenLayer(node, left > right ? 0 : 1);
        if (layer.Residual is not null || Math.Min(left, right) < 0 || left == right) throw node.Refuse("a sum of other values", "a convolution adds one earlier layer");
        Replace(node, index, layer with { Residual = Math.Min(left, right) });
    }

    private void Pool(OnnxNode node)
    {
        if (LayerOf(node, 0) != _layers.Count - 1) throw node.Refuse("a mean of an earlier layer", "the last layer is averaged");
        if (node.Kind == "ReduceMean" && node.Integers("axes") is not ([2, 3] or [-2, -1] or [-1, -2]))
            throw node.Refuse($"a mean over [{string.Join(", ", node.Integers("axes"))}]", "rows and columns, [2, 3], are averaged");
        _pooled.Add(node.Outputs[0]);
    }

    private void Classify(OnnxNode node)
    {
        if (!_pooled.Contains(node.Inputs[0]) || _classifier is not null) throw node.Refuse($"reading '{node.Inputs[0]}'", "one linear layer follows the mean");
        if (node.Integer("transA", 0) != 0 || (node.Float("alpha") ?? 1) != 1 || (node.Float("beta") ?? 1) != 1) throw node.Refuse("scaled or transposed", "plain products are run");
        var weights = Constant(node, 1, 2);
        var isTransposed = node.Kind == "Gemm" && node.Integer("transB", 0) != 0;
        var (classes, features) = isTransposed ? (weights.Shape[0], weights.Shape[1]) : (weights.Shape[1], weights.Shape[0]);
        var values = weights.Floats();
        _classifier = isTransposed ? values : Transposed(values, features, classes);
        _classifierBias = node.Inputs.Count > 2 && node.Inputs[2].Length > 0 ? Vector(node, 2, classes) : new float[classes];
        _logits.Add(node.Outputs[0]);
    }

    private void AddClassifierBias(OnnxNode node)
    {
        _classifierBias = Vector(node, 1, _classifierBias!.Length);
        _logits.Add(node.Outputs[0]);
    }

    private void Pass(OnnxNode node)
    {
        var (input, output) = (node.Inputs[0], node.Outputs[0]);
        if (_pooled.Contains(input)) _pooled.Add(output);
        else if (_logits.Contains(input)) _logits.Add(output);
        else if (node.Kind is "Identity" or "Dropout" && _layerOf.TryGetValue(input, out var layer)) _layerOf[output] = layer;
        else if (node.Kind == "Identity" && _constants.TryGetValue(input, out var constant)) _constants[output] = constant;
        else throw node.Refuse($"reading '{input}'", "only the mean of the channels changes its shape");
    }

    private Activation ClipOf(OnnxNode node)
    {
        var low = node.Float("min") ?? Scalar(node, 1);
        var high = node.Float("max") ?? Scalar(node, 2);
        return (low, high) switch
        {
            (0f, 6f) => Activation.Relu6,
            (0f, null) => Activation.Relu,
            _ => throw node.Refuse($"limits {low} and {high}", "0 and 6, or 0 alone, are run"),
        };
    }

    private float? Scalar(OnnxNode node, int input) =>
        node.Inputs.Count > input && node.Inputs[input].Length > 0 && _constants.TryGetValue(node.Inputs[input], out var tensor) && tensor.Floats() is [var value] ? value : null;

    private int LayerOf(OnnxNode node, int input) => _layerOf.TryGetValue(node.Inputs[input], out var layer)
        ? layer
        : throw node.Refuse($"reading '{node.Inputs[input]}'", "it must read the image or a convolution before it");

    // A layer that nothing else reads yet and that no activation has closed.
    private (int Index, VisionLayer Layer) OpenLayer(OnnxNode node, int input)
    {
        var index = LayerOf(node, input);
        if (index < 0 || _layers[index].Activation != Activation.None || _readers[node.Inputs[input]] != 1)
            throw node.Refuse($"reading '{node.Inputs[input]}'", "it must follow a convolution that nothing else reads");
        return (index, _layers[index]);
    }

    private void Replace(OnnxNode node, int index, VisionLayer layer)
    {
        _layers[index] = layer;
        _layerOf[node.Outputs[0]] = index;
    }

    private OnnxTensor Constant(OnnxNode node, int input, int dimensions)
    {
        if (node.Inputs.Count <= input || !_constants.TryGetValue(node.Inputs[input], out var tensor))
            throw node.Refuse(node.Inputs.Count <= input ? $"{node.Inputs.Count} inputs" : $"'{node.Inputs[input]}'", $"input {input} must be a constant");
        return tensor.Shape.Length == dimensions && tensor.Shape.All(length => length >= 1)
            ? tensor
            : throw node.Refuse($"'{tensor.Label}' [{string.Join(", ", tensor.Shape)}]", $"{dimensions} dimensions are needed");
    }

    private float[] Vector(OnnxNode node, int input, int length)
    {
        var values = Constant(node, input, 1).Floats();
        return values.Length == length ? values : throw node.Refuse($"'{node.Inputs[input]}' of {values.Length} values", $"{length} are needed");
    }

    private static float[] Transposed(float[] values, int rows, int columns)
    {
        var result = new float[values.Length];
        for (var i = 0; i < values.Length; i++) result[i % columns * rows + i / columns] = values[i];
        return result;
    }
}
