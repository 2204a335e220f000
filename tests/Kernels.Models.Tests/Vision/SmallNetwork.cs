using Kernels.Testing;

namespace Kernels.Models.Tests.Vision;

/// <summary>A network of random weights with every kind of layer, small enough for any test.</summary>
internal static class SmallNetwork
{
    public const int Side = 16, Classes = 5;

    public static VisionNetwork Make()
    {
        var random = new RandomLayers();
        VisionLayer[] layers =
        [
            random.Next(-1, 3, 8, new(3, 2, 1), Activation.Relu6), random.Next(0, 8, 8, new(3, 1, 1), Activation.Relu6, isDepthwise: true),
            random.Next(1, 8, 4, new(1, 1, 0), Activation.None), random.Next(2, 4, 12, new(1, 1, 0), Activation.Relu),
            random.Next(3, 12, 12, new(3, 1, 1), Activation.Relu6, isDepthwise: true), random.Next(4, 12, 4, new(1, 1, 0), Activation.None) with { Residual = 2 },
            random.Next(5, 4, 16, new(1, 1, 0), Activation.Relu6), random.Next(6, 16, 16, new(3, 2, 1), Activation.Relu6, isDepthwise: true),
            random.Next(7, 16, 20, new(1, 1, 0), Activation.Relu6),
        ];
        return new VisionNetwork("small", Side, 3, layers, RandomValues.Normal(1, Classes * 20), RandomValues.Normal(2, Classes));
    }

    private sealed class RandomLayers
    {
        private int _seed = 10;

        public VisionLayer Next(int input, int inputs, int outputs, ConvolutionWindow window, Activation activation, bool isDepthwise = false) => new()
        {
            Name = $"layer {input + 1}", Input = input, Inputs = inputs, Outputs = outputs, Window = window, IsDepthwise = isDepthwise, Activation = activation,
            Filters = RandomValues.Normal(_seed++, outputs * (isDepthwise ? 1 : inputs) * window.Taps), Bias = RandomValues.Normal(_seed++, outputs),
        };
    }
}
