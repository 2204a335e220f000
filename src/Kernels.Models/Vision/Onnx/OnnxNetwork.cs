using Google.Protobuf;

namespace Kernels.Models;

/// <summary>
/// A network from an ONNX graph: convolutions with the norms, activations and sums that follow them, the mean of the last, and a linear
/// layer, as torchvision, timm, Keras and MXNet are exported. Other operations are refused by name.
/// </summary>
internal sealed class OnnxNetwork
{
    // ModelProto's and GraphProto's fields (onnx/onnx.proto).
    private const int ModelGraph = 7, GraphNode = 1, GraphInitializer = 5, GraphInput = 11, ValueName = 1;
    private const int LongestFile = 1 << 30;

    private readonly string _file;
    private readonly OnnxConstants _constants = new();
    private readonly Dictionary<string, int> _readers = [];
    private readonly Dictionary<string, OnnxValue> _values = [];
    private readonly List<OnnxLayer> _layers = [];
    private OnnxImage _image;
    private OnnxClassifier? _classifier;

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

    /// <summary>Reads a model held in memory; weights in other files are looked for beside <paramref name="name"/>.</summary>
    /// <exception cref="ModelException">It is damaged, or holds another kind of network.</exception>
    public static VisionNetwork Read(string name, ByteString data)
    {
        var graph = ProtobufMessage.Parse(name, data).Messages(ModelGraph).LastOrDefault()
            ?? throw new ModelException(name, "graph", "missing", "an ONNX model holds one", "This is not an ONNX file: check the path.");
        return new OnnxNetwork(name).Read(graph);
    }

    private VisionNetwork Read(ProtobufMessage graph)
    {
        foreach (var message in graph.Messages(GraphInitializer)) _constants.Add(OnnxTensor.Parse(message));
        var nodes = graph.Messages(GraphNode).Select(OnnxNode.Parse).ToArray();
        foreach (var input in nodes.SelectMany(node => node.Inputs)) _readers[input] = _readers.GetValueOrDefault(input) + 1;
        var inputs = graph.Messages(GraphInput).Where(value => !_constants.Has(value.Text(ValueName))).ToArray();
        if (inputs.Length != 1) throw new ModelException(_file, "inputs", $"{inputs.Length}", "one image is read", "Export the model with one input.");
        _image = OnnxImage.Parse(inputs[0]);
        _values[inputs[0].Text(ValueName)] = new OnnxValue(OnnxRole.Features, ChannelsLast: _image.ChannelsLast);
        foreach (var node in nodes) Read(node);
        if (_classifier is null)
            throw new ModelException(_file, "classifier", "missing", "a linear layer on the mean of every channel is needed", "Export a classifier.");
        var isTurned = !_layers.All(layer => layer.Fits(isTurned: false));
        if (isTurned && _layers.Find(layer => !layer.Fits(isTurned: true)) is { } odd)
            throw odd.Node.Refuse(
                $"padded by {odd.Pads.Before} before and {odd.Pads.After} after {odd.Length} pixels", "all layers of a network are padded alike on both sides, or all as TensorFlow pads",
                "Export the model for images whose side is a multiple of 32.");
        var names = new HashSet<string>();
        VisionLayer[] layers = [.. _layers.Select(layer => layer.Build(names.Add(layer.Node.Label) ? layer.Node.Label : layer.Node.Outputs[0], isTurned))];
        return new VisionNetwork(_file, _image.Side, layers[0].Inputs, layers, _classifier.Weights, _classifier.Bias)
        {
            // Graphs do not say; what TensorFlow lays out or pads in its own way was trained as its MobileNets are.
            IsTurned = isTurned, Normalization = isTurned || _image.ChannelsLast ? ImageNormalization.Symmetric : ImageNormalization.ImageNet,
        };
    }

    private void Read(OnnxNode node)
    {
        if (node.Outputs.Count == 0 || node.Inputs.Count == 0 && node.Kind != "Constant") throw node.Refuse("without inputs or outputs", "every operation has both");
        if (_constants.Fold(node)) return;
        if (node.Inputs.Any(input => _values.TryGetValue(input, out var value) && value.Role == OnnxRole.Shape) && node.Kind != "Reshape")
        {
            _values[node.Outputs[0]] = new OnnxValue(OnnxRole.Shape);
            return;
        }

        switch (node.Kind)
        {
            case "Conv" when RoleOf(node, 0) == OnnxRole.Means: Classify(node); break;
            case "Conv": Convolve(node); break;
            case "BatchNormalization": Normalize(node); break;
            case "Relu": Clip(node, 0, null); break;
            case "Clip": Clip(node, node.Float("min") ?? _constants.Scalar(node, 1), node.Float("max") ?? _constants.Scalar(node, 2)); break;
            case "Max" when node.Inputs.Count == 2: Clip(node, _constants.Scalar(node, 1), null); break;
            case "Min" when node.Inputs.Count == 2: Clip(node, null, _constants.Scalar(node, 1)); break;
            case "Add" when node.Inputs.Count == 2 && RoleOf(node, 0) == OnnxRole.Features && RoleOf(node, 1) == OnnxRole.Features: Join(node); break;
            case "Add" or "Sub" or "Mul" or "Div": Combine(node); break;
            case "Pad": Pad(node); break;
            case "Transpose": Transpose(node); break;
            case "GlobalAveragePool" or "AveragePool" or "ReduceMean": Pool(node); break;
            case "Gemm" or "MatMul": Classify(node); break;
            case "Identity" or "Dropout" or "Cast": Pass(node, Find(node, 0)); break;
            case "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" when RoleOf(node, 0) is OnnxRole.Means or OnnxRole.Logits or OnnxRole.Probabilities:
                Pass(node, Find(node, 0));
                break;
            case "Shape": _values[node.Outputs[0]] = new OnnxValue(OnnxRole.Shape); break;
            case "Softmax" or "LogSoftmax" when RoleOf(node, 0) == OnnxRole.Logits: Set(node, new OnnxValue(OnnxRole.Probabilities)); break;
            case "QuantizeLinear" or "DequantizeLinear" or "DynamicQuantizeLinear" or "ConvInteger" or "MatMulInteger" or "QLinearConv" or "QLinearMatMul":
                throw node.Refuse("of a quantised network", "floating networks are imported", "Export the network before it is quantised.");
            default: throw node.Refuse($"reading '{node.Inputs[0]}'", "it has no place there in a MobileNet");
        }
    }

    private void Convolve(OnnxNode node)
    {
        var value = Features(node, 0);
        if (value.ChannelsLast) throw node.Refuse("reading channels last", "a convolution reads [1, channels, rows, columns]");
        var filters = _constants.Tensor(node, 1, 4);
        var (shape, strides, group) = (filters.Shape, node.Integers("strides", 1, 1), node.Integer("group", 1));
        if (shape[2] != shape[3] || shape[2] > 7 || strides is not ([1, 1] or [2, 2]) || node.Integers("dilations", 1, 1).Any(step => step != 1))
            throw node.Refuse($"filters [{string.Join(", ", shape)}], strides [{string.Join(", ", strides)}]", "square windows of 1 to 7 and strides of 1 or 2 are run, without dilation");
        var isDepthwise = group > 1;
        if (isDepthwise && (group != shape[0] || shape[1] != 1)) throw node.Refuse($"{group} groups of filters [{string.Join(", ", shape)}]", "one group, or one for every channel, is run");
        var (length, stride) = (SideOf(value.Layer), (int)strides[0]);
        var pads = value.Pads + (node.Text("auto_pad") switch
        {
            "" or "NOTSET" => OnnxPads.Of(node.Integers("pads", 0, 0, 0, 0)) ?? throw node.Refuse($"padded by [{string.Join(", ", node.Integers("pads"))}]", "rows and columns are padded alike, by 0 to 7"),
            "VALID" => default,
            "SAME_UPPER" or "SAME_LOWER" => OnnxPads.Same(length + value.Pads.Before + value.Pads.After, shape[2], stride, isUpper: node.Text("auto_pad") == "SAME_UPPER"),
            var unknown => throw node.Refuse($"auto_pad {unknown}", "NOTSET, VALID, SAME_UPPER and SAME_LOWER are read"),
        });
        if (length + pads.Before + pads.After < shape[2]) throw node.Refuse($"a window of {shape[2]} on {length} pixels", "at least one window must fit");
        Set(node, new OnnxValue(OnnxRole.Features, _layers.Count));
        _layers.Add(new OnnxLayer
        {
            Node = node, Input = value.Layer, Inputs = isDepthwise ? shape[0] : shape[1], Outputs = shape[0], IsDepthwise = isDepthwise,
            Length = length, Window = shape[2], Stride = stride, Pads = pads, Filters = (float[])filters.Floats().Clone(),
            Bias = node.Inputs.Count > 2 && node.Inputs[2].Length > 0 ? (float[])_constants.Vector(node, 2, shape[0]).Clone() : new float[shape[0]],
        });
    }

    private void Normalize(OnnxNode node)
    {
        var (layer, value) = OpenLayer(node, 0);
        if (value.ChannelsLast || node.Integer("training_mode", 0) != 0) throw node.Refuse(value.ChannelsLast ? "reading channels last" : "in training mode", "norms of channels with stored statistics are folded");
        float[] Part(int input) => _constants.Vector(node, input, layer.Outputs);
        NormFolding.Fold(layer.Filters, layer.Bias, Part(1), Part(2), Part(3), Part(4), node.Float("epsilon") ?? 1e-5f);
        Set(node, value);
    }

    private void Clip(OnnxNode node, float? low, float? high)
    {
        var value = Features(node, 0);
        if (value.Layer < 0 || IsShared(node, 0)) throw node.Refuse($"reading '{node.Inputs[0]}'", "it must follow a convolution that nothing else reads");
        _layers[value.Layer].Clip(low, high);
        Set(node, value);
    }

    // The later of two layers adds the earlier one.
    private void Join(OnnxNode node)
    {
        var (left, right) = (Features(node, 0), Features(node, 1));
        var (layer, value) = OpenLayer(node, left.Layer > right.Layer ? 0 : 1);
        var earlier = Math.Min(left.Layer, right.Layer);
        if (earlier < 0 || left.Layer == right.Layer || left.ChannelsLast != right.ChannelsLast) throw node.Refuse("a sum of other values", "a convolution adds one earlier layer");
        layer.Residual = earlier;
        Set(node, value);
    }

    // A layer, or the logits, with a constant.
    private void Combine(OnnxNode node)
    {
        if (node.Inputs.Count != 2) throw node.Refuse($"{node.Inputs.Count} inputs", "two are combined");
        var constant = _constants.Has(node.Inputs[1]) ? 1 : _constants.Has(node.Inputs[0]) && node.Kind is "Add" or "Mul" ? 0
            : throw node.Refuse($"of '{node.Inputs[0]}' and '{node.Inputs[1]}'", "a convolution is combined with a constant, or added to another");
        if (node.Kind == "Add" && RoleOf(node, 1 - constant) == OnnxRole.Logits)
        {
            _classifier!.Add(_constants.Vector(node, constant, _classifier.Classes));
            Set(node, Find(node, 1 - constant));
            return;
        }

        var (layer, value) = OpenLayer(node, 1 - constant);
        var numbers = _constants.PerChannel(node, constant, layer.Outputs, value.ChannelsLast);
        var (none, ones) = (new float[layer.Outputs], Enumerable.Repeat(1f, layer.Outputs).ToArray());
        var (gain, shift) = node.Kind switch
        {
            "Add" => (ones, numbers),
            "Sub" => (ones, Array.ConvertAll(numbers, number => -number)),
            "Mul" => (numbers, none),
            _ => (Array.ConvertAll(numbers, number => 1 / number), none),
        };
        NormFolding.Fold(layer.Filters, layer.Bias, gain, shift, none, ones, 0);
        Set(node, value);
    }

    private void Pad(OnnxNode node)
    {
        var value = Features(node, 0);
        var pads = _constants.Integers(node, "pads", 1) ?? throw node.Refuse("without pads", "they are needed");
        var (first, around) = value.ChannelsLast ? (1, 3) : (2, 1);
        var added = pads.Length == 8 && pads[0] == 0 && pads[4] == 0 && pads[around] == 0 && pads[4 + around] == 0
            ? OnnxPads.Of([pads[first], pads[first + 1], pads[4 + first], pads[5 + first]]) : null;
        if (added is null || node.Text("mode") is not ("" or "constant") || (node.Float("value") ?? _constants.Scalar(node, 2) ?? 0) != 0 || node.Inputs.Count > 3 && node.Inputs[3].Length > 0)
            throw node.Refuse($"by [{string.Join(", ", pads)}]", "0 to 7 zeros are put around rows and columns alike");
        Set(node, value with { Pads = added.Value });
    }

    private void Transpose(OnnxNode node)
    {
        var value = Find(node, 0);
        if (value.Role != OnnxRole.Features) Pass(node, value);
        else if (node.Integers("perm") is [0, 3, 1, 2] && value.ChannelsLast || node.Integers("perm") is [0, 2, 3, 1] && !value.ChannelsLast)
            Pass(node, value with { ChannelsLast = !value.ChannelsLast });
        else throw node.Refuse($"perm [{string.Join(", ", node.Integers("perm"))}]", "channels are moved from the last place to the second, or back");
    }

    private void Pool(OnnxNode node)
    {
        var value = RoleOf(node, 0) == OnnxRole.RowMeans ? Find(node, 0) : Features(node, 0);
        if (value.Layer != _layers.Count - 1 || value.Layer < 0) throw node.Refuse($"a mean of '{node.Inputs[0]}'", "the last layer is averaged");
        var side = SideOf(value.Layer);
        var role = node.Kind switch
        {
            "GlobalAveragePool" when value is { Role: OnnxRole.Features, ChannelsLast: false } => OnnxRole.Means,
            "AveragePool" when value is { Role: OnnxRole.Features, ChannelsLast: false } && node.Integers("kernel_shape") is [var rows, var columns] && rows == side && columns == side
                && node.Integers("pads", 0).All(pad => pad == 0) && node.Text("auto_pad") is "" or "NOTSET" or "VALID" => OnnxRole.Means,
            "ReduceMean" => Averaged(_constants.Axes(node, 1) ?? [], value),
            _ => null as OnnxRole?,
        };
        Set(node, value with { Role = role ?? throw node.Refuse($"a mean of another part of [{side}, {side}] pixels", "all rows and columns are averaged") });
    }

    private static OnnxRole? Averaged(long[] axes, OnnxValue value)
    {
        var first = value.ChannelsLast ? 1 : 2; // rows, then columns
        if (value.Role == OnnxRole.RowMeans) return axes is [2] ? OnnxRole.Means : null;
        long[] places = [.. axes.Select(axis => axis < 0 ? axis + 4 : axis).Order()];
        return places is [var row, var column] && row == first && column == first + 1 ? OnnxRole.Means
            : places is [var only] && only == first + 1 && !value.ChannelsLast ? OnnxRole.RowMeans : null;
    }

    private void Classify(OnnxNode node)
    {
        if (RoleOf(node, 0) != OnnxRole.Means || _classifier is not null) throw node.Refuse($"reading '{node.Inputs[0]}'", "one linear layer follows the mean");
        _classifier = OnnxClassifier.Read(node, _constants);
        Set(node, new OnnxValue(OnnxRole.Logits));
    }

    // Another name for a value.
    private void Pass(OnnxNode node, OnnxValue value) => Set(node, value with { IsShared = value.IsShared || _readers[node.Inputs[0]] != 1 });

    private bool IsShared(OnnxNode node, int input) => _values[node.Inputs[input]].IsShared || _readers[node.Inputs[input]] != 1;

    private void Set(OnnxNode node, OnnxValue value) => _values[node.Outputs[0]] = value;

    private OnnxRole? RoleOf(OnnxNode node, int input) => node.Inputs.Count > input && _values.TryGetValue(node.Inputs[input], out var value) ? value.Role : null;

    private OnnxValue Find(OnnxNode node, int input) => node.Inputs.Count > input && _values.TryGetValue(node.Inputs[input], out var value)
        ? value
        : throw node.Refuse($"reading '{(node.Inputs.Count > input ? node.Inputs[input] : "nothing")}'", "it must read the image or an operation before it");

    // What only a convolution may read is padded.
    private OnnxValue Features(OnnxNode node, int input)
    {
        var value = Find(node, input);
        return value.Role == OnnxRole.Features && (value.Pads == default || node.Kind is "Conv" or "Transpose")
            ? value
            : throw node.Refuse($"reading '{node.Inputs[input]}'", "it must read the image or a convolution before it");
    }

    // A layer that nothing else reads yet, and that nothing has been added to or clipped.
    private (OnnxLayer Layer, OnnxValue Value) OpenLayer(OnnxNode node, int input)
    {
        var value = Features(node, input);
        if (value.Layer < 0 || _layers[value.Layer] is { IsClipped: true } or { Residual: not null } || IsShared(node, input))
            throw node.Refuse(
                $"reading '{node.Inputs[input]}'", "it must follow a convolution that nothing else reads",
                value.Layer < 0 ? "Leave the scaling of pixels out of the model: images are normalised before they are read." : "Export the model in inference mode.");
        return (_layers[value.Layer], value);
    }

    private int SideOf(int layer) => layer < 0 ? _image.Side : _layers[layer].Count;
}
