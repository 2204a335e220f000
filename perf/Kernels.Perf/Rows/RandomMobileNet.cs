using Kernels.Models;

namespace Kernels.Perf.Rows;

/// <summary>MobileNet of random weights, norms folded: He initialisation keeps activations at one size through the layers.</summary>
/// <param name="Side">Rows and columns of the image.</param>
/// <param name="Narrower">What channels are divided by: 1 for the published widths.</param>
/// <param name="Classes">Classes.</param>
internal sealed record RandomMobileNet(int Side = 224, int Narrower = 1, int Classes = 1000)
{
    private readonly Random _random = new(1);

    /// <summary>Version 1 (arXiv 1704.04861, table 1).</summary>
    public VisionNetwork V1()
    {
        (int Channels, int Stride)[] blocks =
        [
            (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
        ];
        List<VisionLayer> layers = [Layer(-1, 3, 32 / Narrower, new(3, 2, 1), Activation.Relu6)];
        foreach (var (channels, stride) in blocks)
        {
            layers.Add(Layer(layers.Count - 1, layers[^1].Outputs, layers[^1].Outputs, new(3, stride, 1), Activation.Relu6, isDepthwise: true));
            layers.Add(Layer(layers.Count - 1, layers[^1].Outputs, channels / Narrower, new(1, 1, 0), Activation.Relu6));
        }

        return Finish("mobilenet-v1", layers);
    }

    /// <summary>Version 2 (arXiv 1801.04381, table 2).</summary>
    public VisionNetwork V2()
    {
        (int Expansion, int Channels, int Blocks, int Stride)[] stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];
        List<VisionLayer> layers = [Layer(-1, 3, 32 / Narrower, new(3, 2, 1), Activation.Relu6)];
        foreach (var (expansion, channels, blocks, stride) in stages)
            for (var block = 0; block < blocks; block++)
            {
                var (before, inputs) = (layers.Count - 1, layers[^1].Outputs);
                if (expansion > 1) layers.Add(Layer(before, inputs, inputs * expansion, new(1, 1, 0), Activation.Relu6));
                layers.Add(Layer(layers.Count - 1, inputs * expansion, inputs * expansion, new(3, block == 0 ? stride : 1, 1), Activation.Relu6, isDepthwise: true));
                var projection = Layer(layers.Count - 1, inputs * expansion, channels / Narrower, new(1, 1, 0), Activation.None);
                layers.Add(block == 0 ? projection : projection with { Residual = before });
            }

        layers.Add(Layer(layers.Count - 1, layers[^1].Outputs, 1280 / Narrower, new(1, 1, 0), Activation.Relu6));
        return Finish("mobilenet-v2", layers);
    }

    private VisionNetwork Finish(string name, List<VisionLayer> layers)
    {
        var features = layers[^1].Outputs;
        return new VisionNetwork(name, Side, 3, layers, Normal(Classes * features, Math.Sqrt(1.0 / features)), Normal(Classes, 0.1));
    }

    private VisionLayer Layer(int input, int inputs, int outputs, ConvolutionWindow window, Activation activation, bool isDepthwise = false)
    {
        var fan = (isDepthwise ? 1 : inputs) * window.Taps;
        return new VisionLayer
        {
            Name = $"layer {input + 1}", Input = input, Inputs = inputs, Outputs = outputs, Window = window, IsDepthwise = isDepthwise, Activation = activation,
            Filters = Normal(outputs * fan, Math.Sqrt(2.0 / fan)), Bias = Normal(outputs, 0.1),
        };
    }

    private float[] Normal(int count, double deviation)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
        return values;
    }
}
