using System.Runtime.InteropServices;
using Kernels.Testing;

namespace Kernels.Models.Tests.Vision;

/// <summary>A narrow MobileNet of random tensors, with the names of a library, and what it computes by definition in fp64.</summary>
internal sealed class RandomMobileNet
{
    public const int Classes = 11, Side = 224;
    private const double Epsilon = 1e-5;

    private readonly Dictionary<string, (int[] Shape, float[] Values)> _tensors = [];
    private readonly List<Block> _blocks = [];
    private readonly string _classifier;

    private RandomMobileNet(string classifier) => _classifier = classifier;

    public static RandomMobileNet TimmV1()
    {
        var net = new RandomMobileNet("classifier");
        net.Add(new Convolution("conv_stem", "bn1", 3, 8, 3, 2, false, true));
        var channels = 8;
        (int Width, int Blocks, int Stride)[] stages = [(16, 1, 1), (16, 2, 2), (24, 2, 2), (32, 6, 2), (40, 2, 2)];
        for (var s = 0; s < stages.Length; s++)
            for (var b = 0; b < stages[s].Blocks; b++)
            {
                var p = $"blocks.{s}.{b}";
                net.Add(
                    new Convolution($"{p}.conv_dw", $"{p}.bn1", channels, channels, 3, b == 0 ? stages[s].Stride : 1, true, true),
                    new Convolution($"{p}.conv_pw", $"{p}.bn2", channels, stages[s].Width, 1, 1, false, true));
                channels = stages[s].Width;
            }

        return net.AddClassifier(channels);
    }

    public static RandomMobileNet V2(bool ofTorchvision)
    {
        var net = new RandomMobileNet(ofTorchvision ? "classifier.1" : "classifier");
        net.Add(new Convolution(ofTorchvision ? "features.0.0" : "conv_stem", ofTorchvision ? "features.0.1" : "bn1", 3, 8, 3, 2, false, true));
        (int Expand, int Width, int Blocks, int Stride)[] stages = [(1, 4, 1, 1), (3, 8, 2, 2), (3, 8, 3, 2), (3, 12, 4, 2), (3, 16, 3, 1), (3, 20, 3, 2), (3, 24, 1, 1)];
        var (channels, index) = (8, 1);
        for (var s = 0; s < stages.Length; s++)
            for (var b = 0; b < stages[s].Blocks; b++, index++)
            {
                var (expand, width, stride) = (stages[s].Expand, stages[s].Width, b == 0 ? stages[s].Stride : 1);
                var (hidden, t, p) = (channels * expand, $"features.{index}.conv", $"blocks.{s}.{b}");
                if (expand == 1)
                    net.Add(
                        ofTorchvision ? new($"{t}.0.0", $"{t}.0.1", channels, channels, 3, stride, true, true) : new($"{p}.conv_dw", $"{p}.bn1", channels, channels, 3, stride, true, true),
                        ofTorchvision ? new($"{t}.1", $"{t}.2", channels, width, 1, 1, false, false) : new($"{p}.conv_pw", $"{p}.bn2", channels, width, 1, 1, false, false));
                else
                    net.Add(
                        ofTorchvision ? new($"{t}.0.0", $"{t}.0.1", channels, hidden, 1, 1, false, true) : new($"{p}.conv_pw", $"{p}.bn1", channels, hidden, 1, 1, false, true),
                        ofTorchvision ? new($"{t}.1.0", $"{t}.1.1", hidden, hidden, 3, stride, true, true) : new($"{p}.conv_dw", $"{p}.bn2", hidden, hidden, 3, stride, true, true),
                        ofTorchvision ? new($"{t}.2", $"{t}.3", hidden, width, 1, 1, false, false) : new($"{p}.conv_pwl", $"{p}.bn3", hidden, width, 1, 1, false, false));
                channels = width;
            }

        net.Add(new Convolution(ofTorchvision ? $"features.{index}.0" : "conv_head", ofTorchvision ? $"features.{index}.1" : "bn2", channels, 32, 1, 1, false, true));
        return net.AddClassifier(32);
    }

    public void Write(string path, Func<string, bool>? keeps = null) => SafetensorsWriter.Write(path,
        [.. _tensors.Where(tensor => keeps?.Invoke(tensor.Key) ?? true).Select(tensor => new SafetensorsTensor(
            tensor.Key, "F32", [.. tensor.Value.Shape.Select(length => (long)length)], MemoryMarshal.AsBytes(tensor.Value.Values.AsSpan()).ToArray()))]);

    /// <summary>Logits by definition: convolutions, norms, activations and sums one after the other.</summary>
    public double[] Define(float[] image)
    {
        var (x, side) = (image, Side);
        foreach (var block in _blocks)
        {
            var (before, sideBefore) = (x, side);
            foreach (var layer in block.Layers)
            {
                var shape = new ConvolutionShape(layer.Inputs, layer.Outputs, side, side);
                var window = new ConvolutionWindow(layer.Side, layer.Stride, layer.Side / 2);
                var y = ConvolutionOracle.Convolve(x, _tensors[$"{layer.Name}.weight"].Values, null, null, shape, window, layer.IsDepthwise ? layer.Inputs : 1);
                side = (side - 1) / layer.Stride + 1;
                float[] Norm(string part) => _tensors[$"{layer.Norm}.{part}"].Values;
                for (var i = 0; i < y.Length; i++)
                {
                    var c = i / (side * side);
                    y[i] = (y[i] - Norm("running_mean")[c]) / Math.Sqrt(Norm("running_var")[c] + Epsilon) * Norm("weight")[c] + Norm("bias")[c];
                    if (layer.IsActive) y[i] = Math.Clamp(y[i], 0, 6);
                }

                x = Array.ConvertAll(y, value => (float)value);
            }

            if (block.Layers.Length == 3 && x.Length == before.Length && side == sideBefore) x = [.. x.Zip(before, (a, b) => a + b)];
        }

        var (weights, bias) = (_tensors[$"{_classifier}.weight"].Values, _tensors[$"{_classifier}.bias"].Values);
        var features = x.Length / (side * side);
        var means = Enumerable.Range(0, features).Select(c => x.Skip(c * side * side).Take(side * side).Average(value => (double)value)).ToArray();
        return [.. Enumerable.Range(0, Classes).Select(k => bias[k] + Enumerable.Range(0, features).Sum(c => weights[k * features + c] * means[c]))];
    }

    private void Add(params Convolution[] layers)
    {
        _blocks.Add(new Block(layers));
        foreach (var layer in layers)
        {
            var seed = _tensors.Count;
            var fan = (layer.IsDepthwise ? 1 : layer.Inputs) * layer.Side * layer.Side;
            Put($"{layer.Name}.weight", [layer.Outputs, layer.IsDepthwise ? 1 : layer.Inputs, layer.Side, layer.Side], RandomValues.Normal(seed, layer.Outputs * fan), value => value * MathF.Sqrt(2f / fan));
            Put($"{layer.Norm}.weight", [layer.Outputs], RandomValues.Normal(seed + 1, layer.Outputs), value => 1 + value / 5);
            Put($"{layer.Norm}.bias", [layer.Outputs], RandomValues.Normal(seed + 2, layer.Outputs), value => value / 3);
            Put($"{layer.Norm}.running_mean", [layer.Outputs], RandomValues.Normal(seed + 3, layer.Outputs), value => value / 3);
            Put($"{layer.Norm}.running_var", [layer.Outputs], RandomValues.Normal(seed + 4, layer.Outputs), value => 0.5f + value * value);
        }
    }

    private RandomMobileNet AddClassifier(int features)
    {
        Put($"{_classifier}.weight", [Classes, features], RandomValues.Normal(1000, Classes * features), value => value);
        Put($"{_classifier}.bias", [Classes], RandomValues.Normal(1001, Classes), value => value);
        return this;
    }

    private void Put(string name, int[] shape, float[] values, Converter<float, float> map) => _tensors.Add(name, (shape, Array.ConvertAll(values, map)));

    private sealed record Convolution(string Name, string Norm, int Inputs, int Outputs, int Side, int Stride, bool IsDepthwise, bool IsActive);

    private sealed record Block(Convolution[] Layers);
}
