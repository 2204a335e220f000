using Kernels.Testing;

namespace Kernels.Models.Tests.Vision;

/// <summary>How an exporter writes a network.</summary>
internal sealed record OnnxStyle
{
    public enum Norms { Folded, Stored, Arithmetic }

    public enum Limits { Clip, ConstantClip, ReluAndMin }

    public enum Zeros { Both, After, SameUpper, Operation }

    public enum Means { Global, Reduce, Twice, Average }

    public enum Shapes { Flatten, Reshape, Arithmetic, Squeeze }

    public enum Linears { Gemm, PlainGemm, MatMul, Convolution }

    /// <summary>torch.onnx of torchvision, traced: norms folded, limits from Constant nodes.</summary>
    public static OnnxStyle Torchvision { get; } = new() { Opset = 12, Limit = Limits.ConstantClip };

    /// <summary>Earlier torchvision: two means, a shape computed in the graph.</summary>
    public static OnnxStyle EarlyTorchvision { get; } = new() { Opset = 9, Storage = OnnxStorage.Listed, Mean = Means.Twice, Shape = Shapes.Arithmetic, Norm = Norms.Stored };

    /// <summary>torch.onnx of torchvision, captured: norms kept, axes as inputs, weights in a file of their own.</summary>
    public static OnnxStyle Captured { get; } = new() { Opset = 18, Storage = OnnxStorage.External, Norm = Norms.Stored, Mean = Means.Reduce, Shape = Shapes.Reshape };

    /// <summary>The ONNX model zoo's mobilenetv2-7, from MXNet: the classifier is a convolution.</summary>
    public static OnnxStyle ModelZoo { get; } = new() { Opset = 9, Norm = Norms.Stored, Linear = Linears.Convolution, Shape = Shapes.Reshape };

    /// <summary>Keras by tf2onnx: images channels last, zeros after the image only.</summary>
    public static OnnxStyle Keras { get; } = new()
    {
        Opset = 15, Norm = Norms.Stored, ChannelsLast = true, Zero = Zeros.After, Mean = Means.Reduce, Shape = Shapes.Squeeze, Linear = Linears.MatMul,
    };

    /// <summary>TensorFlow before transposes were taken out: everything but convolutions works on channels last.</summary>
    public static OnnxStyle TensorFlow { get; } = new()
    {
        Opset = 13, Norm = Norms.Arithmetic, ChannelsLast = true, KeepsTransposes = true, Zero = Zeros.Operation, Limit = Limits.ReluAndMin, Mean = Means.Reduce, Linear = Linears.MatMul,
    };

    public int Opset { get; init; }

    public OnnxStorage Storage { get; init; }

    public string WeightFile { get; init; } = OnnxGraph.WeightFile;

    public bool ChannelsLast { get; init; }

    public bool KeepsTransposes { get; init; }

    public Norms Norm { get; init; }

    public Limits Limit { get; init; }

    public Zeros Zero { get; init; }

    public Means Mean { get; init; }

    public Shapes Shape { get; init; }

    public Linears Linear { get; init; }

    /// <summary>The graph of a network in this style, which may pad otherwise than the network does.</summary>
    public OnnxGraph Export(VisionNetwork network)
    {
        var graph = new OnnxGraph(Opset, Storage, WeightFile);
        var (side, channels) = (network.Side, network.Channels);
        if (ChannelsLast) graph.Input("image", 1, side, side, channels);
        else graph.Input("image", 1, channels, side, side);
        var image = ChannelsLast && !KeepsTransposes ? First(graph, "image") : "image";
        var values = new List<string>();
        foreach (var layer in network.Layers)
            values.Add(Layer(graph, network, layer, layer.Input < 0 ? image : values[layer.Input], layer.Residual is { } residual ? values[residual] : null));
        Classify(graph, network, Average(graph, network, values[^1]));
        return graph;
    }

    private string Layer(OnnxGraph graph, VisionNetwork network, VisionLayer layer, string input, string? residual)
    {
        var (window, padding) = (layer.Window.Side, layer.Window.Padding);
        var isStrided = layer.Window.Stride == 2;
        long after = padding, before = isStrided && Zero is Zeros.After or Zeros.Operation ? 0 : after;
        List<(string, object)> attributes = [("kernel_shape", new long[] { window, window }), ("strides", new long[] { layer.Window.Stride, layer.Window.Stride }), ("group", layer.IsDepthwise ? layer.Inputs : 1L)];
        if (isStrided && Zero == Zeros.Operation) input = Pad(graph, input, before, after);
        else if (Zero == Zeros.SameUpper) attributes.Add(("auto_pad", "SAME_UPPER"));
        else attributes.Add(("pads", new[] { before, before, after, after }));
        if (KeepsTransposes) input = First(graph, input);
        var filters = graph.Weights(layer.Filters, layer.Outputs, layer.IsDepthwise ? 1 : layer.Inputs, window, window);
        var value = Norm == Norms.Folded
            ? graph.Node("Conv", [input, filters, graph.Weights(layer.Bias, layer.Outputs)], [.. attributes])
            : graph.Node("Conv", [input, filters], [.. attributes]);
        float[] gain = [.. layer.Bias.Select(value => 1 + value / 4)], mean = [.. layer.Bias.Select(value => value / 3)];
        if (Norm == Norms.Stored)
            value = graph.Node(
                "BatchNormalization", [value, graph.Weights(gain, layer.Outputs), graph.Weights(layer.Bias, layer.Outputs), graph.Weights(mean, layer.Outputs), graph.Weights([.. gain.Select(x => x * x + 0.5f)], layer.Outputs)],
                ("epsilon", 1e-3f));
        if (KeepsTransposes) value = graph.Node("Transpose", [value], ("perm", new long[] { 0, 2, 3, 1 }));
        if (Norm == Norms.Arithmetic)
        {
            int[] shape = KeepsTransposes ? [layer.Outputs] : [1, layer.Outputs, 1, 1];
            value = graph.Node("Mul", [value, graph.Weights(gain, shape)]);
            value = graph.Node("Sub", [graph.Node("Add", [graph.Weights(layer.Bias, shape), value]), graph.Weights(mean, shape)]);
        }

        if (residual is not null) value = graph.Node("Add", [residual, value]);
        return layer.Activation == Activation.None ? value : Clipped(graph, value, layer.Activation);
    }

    private string Clipped(OnnxGraph graph, string value, Activation activation)
    {
        if (activation == Activation.Relu) return graph.Node("Relu", [value]);
        if (Limit == Limits.ReluAndMin) return graph.Node("Min", [graph.Node("Relu", [value]), graph.Weights([6])]);
        if (Opset < 11) return graph.Node("Clip", [value], ("min", 0f), ("max", 6f));
        string[] limits = Limit == Limits.ConstantClip && Opset >= 12
            ? [graph.Node("Constant", [], ("value_float", 0f)), graph.Node("Constant", [], ("value_float", 6f))]
            : [graph.Weights([0]), graph.Weights([6])];
        return graph.Node("Clip", [value, .. limits]);
    }

    private string Pad(OnnxGraph graph, string value, long before, long after)
    {
        long[] pads = KeepsTransposes ? [0, before, before, 0, 0, after, after, 0] : [0, 0, before, before, 0, 0, after, after];
        return Opset < 11 ? graph.Node("Pad", [value], ("pads", pads), ("mode", "constant")) : graph.Node("Pad", [value, graph.Integers(pads)], ("mode", "constant"));
    }

    private string Average(OnnxGraph graph, VisionNetwork network, string value)
    {
        var side = network.Sides[^1];
        var channelsFirst = KeepsTransposes && Mean is not Means.Reduce ? First(graph, value) : value;
        return Mean switch
        {
            Means.Global => graph.Node("GlobalAveragePool", [channelsFirst]),
            Means.Average => graph.Node("AveragePool", [channelsFirst], ("kernel_shape", new long[] { side, side })),
            Means.Twice => Reduced(graph, Reduced(graph, channelsFirst, 3), 2),
            _ => KeepsTransposes ? Reduced(graph, value, 1, 2) : Reduced(graph, value, 2, 3),
        };
    }

    private static string Reduced(OnnxGraph graph, string value, params long[] axes) => graph.Opset >= 18
        ? graph.Node("ReduceMean", [value, graph.Integers(axes)], ("keepdims", 1L))
        : graph.Node("ReduceMean", [value], ("axes", axes), ("keepdims", 1L));

    private void Classify(OnnxGraph graph, VisionNetwork network, string value)
    {
        var (classes, features) = (network.ClassifierBias.Length, network.Layers[^1].Outputs);
        if (Linear == Linears.Convolution)
        {
            // The mean of channels last is a row of features whatever its rank.
            if (KeepsTransposes) value = graph.Node("Reshape", [value, graph.Integers(1, features, 1, 1)]);
            value = graph.Node("Conv", [value, graph.Weights(network.Classifier, classes, features, 1, 1), graph.Weights(network.ClassifierBias, classes)]);
            graph.Named("Reshape", [value, graph.Integers(1, -1)], "logits");
            return;
        }

        value = Shape switch
        {
            Shapes.Flatten => graph.Node("Flatten", [value]),
            Shapes.Reshape => graph.Node("Reshape", [value, graph.Integers(-1, features)]),
            Shapes.Squeeze when KeepsTransposes && Mean == Means.Reduce => Squeezed(graph, value, 1, 2),
            Shapes.Squeeze => Squeezed(graph, value, 2, 3),
            _ => graph.Node("Reshape", [value, Computed(graph, value)]),
        };
        var bias = graph.Weights(network.ClassifierBias, classes);
        if (Linear == Linears.Gemm)
        {
            graph.Named("Gemm", [value, graph.Weights(network.Classifier, classes, features), bias], "logits", ("transB", 1L));
            return;
        }

        var transposed = graph.Weights([.. Enumerable.Range(0, classes * features).Select(i => network.Classifier[i % classes * features + i / classes])], features, classes);
        if (Linear == Linears.PlainGemm) graph.Named("Gemm", [value, transposed, bias], "logits", ("alpha", 0.5f), ("beta", 2f));
        else graph.Named("Add", [graph.Node("MatMul", [value, transposed]), bias], "logits");
        graph.Node("Softmax", ["logits"]);
    }

    // [batch, −1], as torch traced x.reshape(x.shape[0], −1).
    private static string Computed(OnnxGraph graph, string value)
    {
        var batch = graph.Node("Gather", [graph.Node("Shape", [value]), graph.Integers(0)], ("axis", 0L));
        return graph.Node("Concat", [batch, graph.Integers(-1)], ("axis", 0L));
    }

    private static string Squeezed(OnnxGraph graph, string value, params long[] axes) =>
        graph.Opset < 13 ? graph.Node("Squeeze", [value], ("axes", axes)) : graph.Node("Squeeze", [value, graph.Integers(axes)]);

    private static string First(OnnxGraph graph, string value) => graph.Node("Transpose", [value], ("perm", new long[] { 0, 3, 1, 2 }));
}
