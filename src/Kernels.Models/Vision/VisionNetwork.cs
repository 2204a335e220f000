namespace Kernels.Models;

/// <summary>An image classifier: convolutions in the order they run, the mean of every channel of the last, and a linear layer.</summary>
/// <remarks>Immutable; checked when made.</remarks>
public sealed class VisionNetwork
{
    // More channels, and longer sides, than any classifier has; products of sizes read from a file must not overflow.
    private const int Most = 1 << 16, MostSide = 1 << 12;

    /// <summary>Checks the layers.</summary>
    /// <param name="name">Where it comes from, for messages.</param>
    /// <param name="side">Rows and columns of the image.</param>
    /// <param name="channels">Channels of the image.</param>
    /// <param name="layers">Convolutions, each after what it reads.</param>
    /// <param name="classifier">[classes, features].</param>
    /// <param name="classifierBias">[classes].</param>
    /// <exception cref="ModelException">Sizes contradict each other; the message names the layer.</exception>
    public VisionNetwork(string name, int side, int channels, IReadOnlyList<VisionLayer> layers, float[] classifier, float[] classifierBias)
    {
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(classifierBias);
        (Name, Side, Channels, Layers, Classifier, ClassifierBias) = (name, side, channels, layers, classifier, classifierBias);
        if (side is < 1 or > MostSide || channels is < 1 or > Most || layers.Count == 0)
            throw Refuse("network", $"{layers.Count} layers on {channels} × {side} × {side}", $"an image of at most {MostSide} × {MostSide} and at least one convolution are needed");
        var sides = new int[layers.Count];
        var names = new HashSet<string>();
        for (var i = 0; i < layers.Count; i++)
        {
            if (!names.Add(layers[i].Name)) throw Refuse(layers[i].Name, "twice there", "names must differ");
            sides[i] = CheckedSide(i, sides);
        }

        Sides = sides;
        if (classifierBias.Length < 1 || classifier.Length != (long)classifierBias.Length * layers[^1].Outputs)
            throw Refuse("classifier", $"{classifier.Length} weights and {classifierBias.Length} biases", $"every class needs {layers[^1].Outputs} weights and one bias");
    }

    /// <summary>Where it comes from.</summary>
    public string Name { get; }

    /// <summary>Rows and columns of the image.</summary>
    public int Side { get; }

    /// <summary>Channels of the image.</summary>
    public int Channels { get; }

    /// <summary>
    /// Whether its layers are made for the image turned by 180°, as <see cref="VisionModel"/> then turns it: strided windows that begin at the first pixel, as
    /// TensorFlow pads, are then padded alike on both sides.
    /// </summary>
    public bool IsTurned { get; init; }

    /// <summary>How it reads pixels.</summary>
    public ImageNormalization Normalization { get; init; } = ImageNormalization.ImageNet;

    /// <summary>The convolutions.</summary>
    public IReadOnlyList<VisionLayer> Layers { get; }

    /// <summary>[classes, features]; features are the channels of the last convolution.</summary>
    public float[] Classifier { get; }

    /// <summary>[classes].</summary>
    public float[] ClassifierBias { get; }

    /// <summary>Rows and columns of every layer's output.</summary>
    internal IReadOnlyList<int> Sides { get; }

    /// <summary>Opens a network file or folder.</summary>
    /// <param name="path">
    /// A folder that <see cref="VisionCompressor"/> made, a folder with <c>model.safetensors</c>, a <c>.safetensors</c> file, or an <c>.onnx</c> file.
    /// </param>
    /// <exception cref="ModelException">The file is damaged, or its network is none that is known.</exception>
    public static VisionNetwork Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (IsOnnx(path)) return OnnxNetwork.Read(path);
        if (File.Exists(path))
        {
            using var file = ModelTensors.Of(SafetensorsFile.Open(path));
            return new MobileNetReader(file, ImageNormalization.ImageNet).Read();
        }

        var files = ModelFiles.InFolder(path);
        if (ClassifierFolder.Find(files) is { } folder) return folder.Read();
        using var tensors = ModelTensors.Open(files);
        return new MobileNetReader(tensors, files.Has(ModelConfig.FileName) ? ImageNormalization.OfTimm(ModelConfig.Fields(files)) : ImageNormalization.ImageNet).Read();
    }

    /// <summary>Whether a path holds an image classifier rather than a language model, as far as its name and the names of its tensors tell.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="ModelException">A file of the folder is damaged.</exception>
    public static bool IsAt(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path) || IsOnnx(path)) return true; // language models are folders
        if (!Directory.Exists(path)) return false;
        var files = ModelFiles.InFolder(path);
        return ClassifierFolder.Find(files) is not null || MobileNetReader.IsIn(files);
    }

    /// <summary>The network with other layers and classifier.</summary>
    internal VisionNetwork With(IReadOnlyList<VisionLayer> layers, float[]? classifier = null) =>
        new(Name, Side, Channels, layers, classifier ?? Classifier, ClassifierBias) { IsTurned = IsTurned, Normalization = Normalization };

    /// <summary>Refuses an image that is not [channels, side, side].</summary>
    internal void RequireImage(ReadOnlySpan<float> image)
    {
        if (image.Length != Channels * Side * Side)
            throw new ModelException(Name, "image", $"{image.Length} values", $"{Channels} × {Side} × {Side} are needed", "Resize the image.");
    }

    private static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Rows and columns of what a layer reads.</summary>
    internal int SideBefore(VisionLayer layer) => layer.Input < 0 ? Side : Sides[layer.Input];

    private int CheckedSide(int index, int[] sides)
    {
        var layer = Layers[index];
        if (layer.Input < -1 || layer.Input >= index) throw Refuse(layer.Name, $"reading layer {layer.Input}", "a layer reads the image or an earlier layer");
        var (before, given) = layer.Input < 0 ? (Side, Channels) : (sides[layer.Input], Layers[layer.Input].Outputs);
        if (layer.Inputs != given) throw Refuse(layer.Name, $"made for {layer.Inputs} channels", $"it reads {given}");
        if (layer.Outputs is < 1 or > Most || layer.IsDepthwise && layer.Outputs != layer.Inputs)
            throw Refuse(layer.Name, $"a layer of {layer.Outputs} outputs", layer.IsDepthwise ? $"a depthwise layer has as many as inputs, {layer.Inputs}" : $"1 to {Most} are allowed");
        if (layer.Filters.LongLength != (long)layer.Outputs * layer.Columns || layer.Bias.Length != layer.Outputs)
            throw Refuse(layer.Name, $"{layer.Filters.Length} weights and {layer.Bias.Length} biases", $"{(long)layer.Outputs * layer.Columns} and {layer.Outputs} are needed");
        if (!layer.Filters.All(float.IsFinite) || !layer.Bias.All(float.IsFinite)) throw Refuse(layer.Name, "not finite", "weights are numbers");
        if (layer.Mask is { } mask && (layer.IsDepthwise || mask.Rows != layer.Outputs || mask.Columns != layer.Columns))
            throw Refuse(layer.Name, $"a mask of [{mask.Rows}, {mask.Columns}]", $"[{layer.Outputs}, {layer.Columns}] of a convolution that is not depthwise is needed");
        if (layer.GroupRows < 1 || layer.Outputs % layer.GroupRows != 0)
            throw Refuse(layer.Name, $"a mask in groups of {layer.GroupRows}", $"groups divide the {layer.Outputs} outputs");
        var fit = layer.Window.Fits(before, before);
        if (!fit.IsSupported) throw Refuse(layer.Name, $"a window of {layer.Window.Side}", fit.Reason!);
        var side = layer.Window.Count(before);
        if (layer.Residual is not { } residual) return side;
        if (residual < 0 || residual >= index || layer.IsDepthwise) throw Refuse(layer.Name, $"adding layer {residual}", "a convolution adds an earlier layer");
        if (Layers[residual].Outputs != layer.Outputs || sides[residual] != side)
            throw Refuse(
                layer.Name, $"adding [{Layers[residual].Outputs}, {sides[residual]}, {sides[residual]}]", $"its own output is [{layer.Outputs}, {side}, {side}]");
        return side;
    }

    private ModelException Refuse(string subject, string received, string limit) => new(Name, subject, received, limit, "Export the model again.");
}
