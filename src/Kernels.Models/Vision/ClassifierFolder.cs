using System.Text.Json.Nodes;

namespace Kernels.Models;

/// <summary>An image classifier in a folder: its layers in <c>config.json</c>, and their tensors.</summary>
/// <remarks>
/// <c>config.json</c> has <c>"model_type": "kernels-classifier"</c>, <c>image_size</c>, <c>num_channels</c>, <c>num_classes</c>, <c>turned</c> (whether the layers are
/// made for the image turned by 180°), <c>normalization</c> of pixels (<c>imagenet</c> or <c>symmetric</c>) and <c>layers</c>: of every
/// convolution, norms folded in, in the order they run, <c>name</c>, <c>input</c> (the place of the layer it reads, −1 for the image), <c>residual</c>
/// (the place of the layer it adds; absent for none), <c>inputs</c>, <c>outputs</c>, <c>window</c>, <c>stride</c>, <c>padding</c>, <c>depthwise</c> and
/// <c>activation</c> (<c>none</c>, <c>relu</c> or <c>relu6</c>). Layer i has <c>layers.i.weight</c> [outputs, inputs · window²], one input where it is depthwise,
/// whole or in the parts of a sparse format, and <c>layers.i.bias</c> [outputs]; then there are <c>classifier.weight</c> [num_classes, outputs of
/// the last layer] and <c>classifier.bias</c>. <c>quantization_config</c> names the sparse format.
/// </remarks>
internal sealed class ClassifierFolder
{
    private const string ModelType = "kernels-classifier", ClassifierWeight = "classifier.weight", ClassifierBias = "classifier.bias";
    private const int MostSide = 1 << 12, MostChannels = 1 << 16, MostClasses = 1 << 20, MostLayers = 1 << 12;

    private static readonly Dictionary<string, Activation> Activations =
        Enum.GetValues<Activation>().ToDictionary(activation => activation.ToString().ToLowerInvariant());

    private readonly ModelFiles _files;
    private readonly JsonFields _config;

    private ClassifierFolder(ModelFiles files, JsonFields config) => (_files, _config) = (files, config);

    /// <summary>The classifier of a folder; null where there is none of this layout.</summary>
    /// <exception cref="ModelException">Its config.json is no JSON object.</exception>
    public static ClassifierFolder? Find(ModelFiles files)
    {
        if (!files.Has(ModelConfig.FileName)) return null;
        var config = ModelConfig.Fields(files);
        return config.Text("model_type") == ModelType ? new ClassifierFolder(files, config) : null;
    }

    /// <summary>Name of a layer's weights.</summary>
    public static string WeightOf(int layer) => $"layers.{layer}.weight";

    /// <summary>The tensors of a layer that is stored whole.</summary>
    public static SafetensorsTensor Weight(VisionLayer layer, int index) => Tensor(WeightOf(index), layer.Filters, layer.Outputs, layer.Columns);

    /// <summary>The bias of a layer.</summary>
    public static SafetensorsTensor Bias(VisionLayer layer, int index) => Tensor(BiasOf(index), layer.Bias, layer.Outputs);

    /// <summary>The tensors of the linear layer.</summary>
    public static IReadOnlyList<SafetensorsTensor> Classifier(VisionNetwork network) =>
    [
        Tensor(ClassifierWeight, network.Classifier, network.ClassifierBias.Length, network.Layers[^1].Outputs), Tensor(ClassifierBias, network.ClassifierBias, network.ClassifierBias.Length),
    ];

    /// <summary>What config.json says of a network.</summary>
    public static JsonObject Describe(VisionNetwork network) => new()
    {
        ["model_type"] = ModelType,
        ["image_size"] = network.Side,
        ["num_channels"] = network.Channels,
        ["num_classes"] = network.ClassifierBias.Length,
        ["turned"] = network.IsTurned,
        ["normalization"] = network.Normalization.Name,
        ["layers"] = new JsonArray([.. network.Layers.Select(Describe)]),
    };

    /// <summary>Reads the network.</summary>
    /// <exception cref="ModelException">A field or tensor is missing, damaged or contradicts another.</exception>
    public VisionNetwork Read()
    {
        var (side, channels, classes) = (_config.Integer("image_size", 1, MostSide), _config.Integer("num_channels", 1, MostChannels), _config.Integer("num_classes", 1, MostClasses));
        var described = _config.Items("layers").ToArray();
        if (described.Length is < 1 or > MostLayers) throw _config.Refuse("layers", $"a list of {described.Length}", $"1 to {MostLayers} convolutions are read");
        using var tensors = ModelTensors.Open(_files);
        var layers = described.Select((fields, index) => Layer(tensors, JsonFields.Of(_config.File, $"layers[{index}].", fields), index)).ToArray();
        return new VisionNetwork(
            _files.Location, side, channels, layers, Values(tensors, ClassifierWeight, classes, layers[^1].Outputs), Values(tensors, ClassifierBias, classes))
        {
            IsTurned = _config.Flag("turned", false),
            Normalization = ImageNormalization.All.FirstOrDefault(known => known.Name == _config.Text("normalization"))
                ?? throw _config.Refuse("normalization", _config.Text("normalization") ?? "missing", $"it is one of {string.Join(", ", ImageNormalization.All)}"),
        };
    }

    private static JsonNode Describe(VisionLayer layer)
    {
        var fields = new JsonObject
        {
            ["name"] = layer.Name, ["input"] = layer.Input, ["inputs"] = layer.Inputs, ["outputs"] = layer.Outputs,
            ["window"] = layer.Window.Side, ["stride"] = layer.Window.Stride, ["padding"] = layer.Window.Padding,
            ["depthwise"] = layer.IsDepthwise, ["activation"] = layer.Activation.ToString().ToLowerInvariant(),
        };
        if (layer.Residual is { } residual) fields["residual"] = residual;
        return fields;
    }

    private static VisionLayer Layer(ModelTensors tensors, JsonFields fields, int index)
    {
        var (inputs, outputs) = (fields.Integer("inputs", 1, MostChannels), fields.Integer("outputs", 1, MostChannels));
        var window = new ConvolutionWindow(fields.Integer("window", 1, 7), fields.Integer("stride", 1, 2), fields.Integer("padding", 0, 6));
        var activation = fields.Text("activation");
        var layer = new VisionLayer
        {
            Name = fields.Text("name") ?? throw fields.Refuse("name", "missing", "it is required"),
            Input = fields.Integer("input", -1, index - 1),
            Residual = fields.Has("residual") ? fields.Integer("residual", 0, index - 1) : null,
            Inputs = inputs, Outputs = outputs, Window = window, IsDepthwise = fields.Flag("depthwise", false),
            Activation = activation is not null && Activations.TryGetValue(activation, out var known)
                ? known
                : throw fields.Refuse("activation", activation ?? "missing", $"it is one of {string.Join(", ", Activations.Keys)}"),
            Filters = [], Bias = Values(tensors, BiasOf(index), outputs),
        };
        var filters = Filters(tensors, layer, index);
        var stored = tensors.Stored(WeightOf(index));
        return layer with { Filters = filters, Mask = stored.ReadMask(), GroupRows = stored.Form is { Format: WeightFormat.Groups, GroupRows: var rows } ? rows : 1 };
    }

    /// <summary>The weights of a layer, however they are stored; dropped ones are zero.</summary>
    /// <exception cref="ModelException">They are missing, damaged or of another shape.</exception>
    public static float[] Filters(ModelTensors tensors, VisionLayer layer, int index) => Values(tensors, WeightOf(index), layer.Outputs, layer.Columns);

    private static float[] Values(ModelTensors tensors, string name, params ReadOnlySpan<long> shape)
    {
        tensors.Require(name, shape);
        return tensors.ReadFloats(name).Values;
    }

    private static string BiasOf(int layer) => $"layers.{layer}.bias";

    private static SafetensorsTensor Tensor(string name, float[] values, params long[] shape) =>
        new(name, ElementType.Float32, shape, FloatStorage.Encode(values, ElementType.Float32));
}
