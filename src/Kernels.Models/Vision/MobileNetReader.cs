namespace Kernels.Models;

/// <summary>
/// Reads MobileNet v1 (arXiv 1704.04861, table 1) and v2 (arXiv 1801.04381, table 2) from the tensors that torchvision and timm store:
/// widths come from the tensors, strides and residuals from the architecture, and norms are folded into the convolutions before them.
/// </summary>
internal sealed class MobileNetReader(ModelTensors tensors, ImageNormalization normalization)
{
    private const int Side = 224;

    // Of torchvision and timm; files do not say.
    private const double Epsilon = 1e-5;

    private static readonly (int Blocks, int Stride)[] StagesOfV1 = [(1, 1), (2, 2), (2, 2), (6, 2), (2, 2)];
    private static readonly (int Blocks, int Stride)[] StagesOfV2 = [(1, 1), (2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1)];

    // What the first convolution is called by torchvision and by timm.
    private const string TorchvisionStem = "features.0.0.weight", TimmStem = "conv_stem.weight";

    private readonly List<VisionLayer> _layers = [];

    private int Last => _layers.Count - 1;

    /// <summary>Whether a folder holds tensors of these names.</summary>
    /// <exception cref="ModelException">Its file is damaged.</exception>
    public static bool IsIn(ModelFiles files)
    {
        if (!files.Has(ModelTensors.Single)) return false;
        using var file = files.OpenTensors(ModelTensors.Single);
        return file.Find(TorchvisionStem) is not null || file.Find(TimmStem) is not null;
    }

    /// <summary>The network.</summary>
    /// <exception cref="ModelException">The tensors are of no known network, or their shapes contradict each other.</exception>
    public VisionNetwork Read()
    {
        string classifier;
        if (tensors.Has(TorchvisionStem)) classifier = ReadTorchvision();
        else if (tensors.Has(TimmStem)) classifier = ReadTimm();
        else
            throw new ModelException(
                tensors.Location, "network", "unknown", $"the tensors of MobileNet v1 or v2 as torchvision or timm name them are read ({TorchvisionStem} or {TimmStem})",
                "Export the model from one of these, or to ONNX.");
        return new VisionNetwork(tensors.Location, Side, 3, _layers, Floats($"{classifier}.weight", 2).Values, Floats($"{classifier}.bias", 1).Values)
        {
            Normalization = normalization,
        };
    }

    private string ReadTorchvision()
    {
        Convolve("features.0.0", "features.0.1", 2, Activation.Relu6);
        var index = 1;
        foreach (var (blocks, stride) in StagesOfV2)
            for (var block = 0; block < blocks; block++, index++)
            {
                var prefix = $"features.{index}.conv";
                if (tensors.Has($"{prefix}.3.weight")) Invert($"{prefix}.0.0", $"{prefix}.0.1", $"{prefix}.1.0", $"{prefix}.1.1", $"{prefix}.2", $"{prefix}.3", block == 0 ? stride : 1);
                else Separate($"{prefix}.0.0", $"{prefix}.0.1", $"{prefix}.1", $"{prefix}.2", block == 0 ? stride : 1, Activation.None);
            }

        Convolve($"features.{index}.0", $"features.{index}.1", 1, Activation.Relu6);
        return "classifier.1";
    }

    private string ReadTimm()
    {
        Convolve("conv_stem", "bn1", 2, Activation.Relu6);
        var isV2 = tensors.Has("conv_head.weight");
        var stages = isV2 ? StagesOfV2 : StagesOfV1;
        for (var stage = 0; stage < stages.Length; stage++)
            for (var block = 0; block < stages[stage].Blocks; block++)
            {
                var prefix = $"blocks.{stage}.{block}";
                var stride = block == 0 ? stages[stage].Stride : 1;
                if (tensors.Has($"{prefix}.conv_pwl.weight"))
                    Invert($"{prefix}.conv_pw", $"{prefix}.bn1", $"{prefix}.conv_dw", $"{prefix}.bn2", $"{prefix}.conv_pwl", $"{prefix}.bn3", stride);
                else
                    Separate($"{prefix}.conv_dw", $"{prefix}.bn1", $"{prefix}.conv_pw", $"{prefix}.bn2", stride, isV2 ? Activation.None : Activation.Relu6);
            }

        if (isV2) Convolve("conv_head", "bn2", 1, Activation.Relu6);
        return "classifier";
    }

    private void Separate(string depthwise, string depthwiseNorm, string pointwise, string pointwiseNorm, int stride, Activation last)
    {
        Convolve(depthwise, depthwiseNorm, stride, Activation.Relu6);
        Convolve(pointwise, pointwiseNorm, 1, last);
    }

    private void Invert(string expand, string expandNorm, string depthwise, string depthwiseNorm, string project, string projectNorm, int stride)
    {
        var before = Last;
        Convolve(expand, expandNorm, 1, Activation.Relu6);
        Convolve(depthwise, depthwiseNorm, stride, Activation.Relu6);
        Convolve(project, projectNorm, 1, Activation.None);
        if (stride == 1 && _layers[before].Outputs == _layers[Last].Outputs) _layers[Last] = _layers[Last] with { Residual = before };
    }

    private void Convolve(string name, string norm, int stride, Activation activation)
    {
        var (shape, filters) = Floats($"{name}.weight", 4);
        var inputs = Last < 0 ? 3 : _layers[Last].Outputs;
        var isDepthwise = shape[1] == 1 && inputs > 1;
        if (shape[2] != shape[3] || shape[1] != inputs && !isDepthwise)
            throw new ModelException(
                tensors.Location, $"shape of tensor '{name}.weight'", $"[{string.Join(", ", shape)}]", $"a square window on {inputs} channels is needed", "Fetch the model again.");
        var (outputs, side) = ((int)shape[0], (int)shape[2]);
        var bias = new float[outputs];
        NormFolding.Fold(filters, bias, Vector("weight"), Vector("bias"), Vector("running_mean"), Vector("running_var"), Epsilon);
        _layers.Add(new VisionLayer
        {
            Name = name, Input = Last, Inputs = inputs, Outputs = outputs, Window = new ConvolutionWindow(side, stride, side / 2),
            IsDepthwise = isDepthwise, Filters = filters, Bias = bias, Activation = activation,
        });

        float[] Vector(string part)
        {
            tensors.Require($"{norm}.{part}", outputs);
            return tensors.ReadFloats($"{norm}.{part}").Values;
        }
    }

    private (IReadOnlyList<long> Shape, float[] Values) Floats(string name, int dimensions)
    {
        if (!tensors.Has(name))
            throw new ModelException(tensors.Location, $"tensor '{name}'", "missing", "the network needs it", "Fetch the model again.");
        var entry = tensors.Entry(name);
        if (entry.Shape.Count != dimensions || entry.Shape.Any(length => length is < 1 or > 1 << 16))
            throw new ModelException(tensors.Location, $"shape of tensor '{name}'", $"[{string.Join(", ", entry.Shape)}]", $"{dimensions} dimensions of 1 to 65536 are needed", "Fetch the model again.");
        tensors.Require(name, [.. entry.Shape]);
        return (entry.Shape, tensors.ReadFloats(name).Values);
    }
}
