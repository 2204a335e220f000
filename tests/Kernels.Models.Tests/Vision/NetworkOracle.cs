using Kernels.Testing;

namespace Kernels.Models.Tests.Vision;

/// <summary>What a network with folded norms computes, in fp64 between layers too.</summary>
internal static class NetworkOracle
{
    public static double[] Classify(VisionNetwork network, float[] image)
    {
        var (last, features) = (Outputs(network, image)[^1].Values, network.Layers[^1].Outputs);
        var pixels = last.Length / features;
        return [.. network.ClassifierBias.Select((bias, k) =>
            bias + Enumerable.Range(0, features).Sum(c => network.Classifier[k * features + c] * last.Skip(c * pixels).Take(pixels).Average()))];
    }

    /// <summary>Outputs of all layers, [channels, side, side] each.</summary>
    public static List<(double[] Values, int Side)> Outputs(VisionNetwork network, float[] image)
    {
        var outputs = new List<(double[] Values, int Side)>();
        if (network.IsTurned) image = [.. image.Chunk(network.Side * network.Side).SelectMany(channel => channel.Reverse())];
        foreach (var layer in network.Layers)
        {
            var (input, side) = layer.Input < 0 ? (Array.ConvertAll(image, value => (double)value), network.Side) : outputs[layer.Input];
            // The oracle takes fp32: what rounding to it loses is far below the tolerance.
            var y = ConvolutionOracle.Convolve(
                Array.ConvertAll(input, value => (float)value), layer.Filters, layer.Bias, null, new ConvolutionShape(layer.Inputs, layer.Outputs, side, side), layer.Window,
                layer.IsDepthwise ? layer.Inputs : 1);
            if (layer.Residual is { } residual)
                for (var i = 0; i < y.Length; i++) y[i] += outputs[residual].Values[i];
            for (var i = 0; i < y.Length; i++)
                if (layer.Activation != Activation.None) y[i] = Math.Max(y[i], 0) is var positive && layer.Activation == Activation.Relu6 ? Math.Min(positive, 6) : positive;
            outputs.Add((y, (int)Math.Sqrt(y.Length / layer.Outputs)));
        }

        return outputs;
    }
}
