using System.Runtime.InteropServices;
using Kernels.Compression;

namespace Kernels.Models;

/// <summary>Sums over what the pointwise convolutions of an image classifier read: a picture is a sequence, its pixels are the tokens.</summary>
/// <param name="network">The network the layers belong to.</param>
/// <param name="images">Pictures, [channels, side, side] each, normalised.</param>
/// <param name="device">Where the layers before run.</param>
internal sealed class VisionCalibration(VisionNetwork network, IReadOnlyList<float[]> images, Device device)
{
    /// <summary>Sums the inputs of a layer.</summary>
    /// <param name="layers">The layers as they are by now, those before it pruned or not.</param>
    /// <param name="index">The layer, a pointwise convolution.</param>
    /// <param name="gram">Whether to sum XXᵀ as well.</param>
    /// <param name="cancellation">Observed between pictures.</param>
    public InputStatistics Observe(IReadOnlyList<VisionLayer> layers, int index, bool gram, CancellationToken cancellation)
    {
        var layer = layers[index];
        var statistics = new InputStatistics(layer.Inputs, gram);
        using var before = layer.Input < 0 ? null : new VisionModel(Until(layers, layer.Input), device, showsLast: true);
        var pixels = network.SideBefore(layer) * network.SideBefore(layer);
        var (values, tokens) = (new float[layer.Inputs * pixels], new float[layer.Inputs * pixels]);
        foreach (var image in images)
        {
            cancellation.ThrowIfCancellationRequested();
            if (before is null) image.CopyTo(values, 0);
            else
            {
                before.Write(image);
                before.Run();
                before.Last.Buffer.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()), before.Last.Offset * sizeof(float));
            }

            for (var channel = 0; channel < layer.Inputs; channel++)
                for (var pixel = 0; pixel < pixels; pixel++) tokens[pixel * layer.Inputs + channel] = values[channel * pixels + pixel];
            statistics.Add(tokens);
        }

        return statistics;
    }

    // The first layers are a network too; nobody reads its classes.
    private VisionNetwork Until(IReadOnlyList<VisionLayer> layers, int last) =>
        network.With([.. layers.Take(last + 1)], new float[network.ClassifierBias.Length * layers[last].Outputs]);
}
