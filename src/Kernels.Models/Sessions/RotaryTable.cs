using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>Cosines and sines of a session's positions.</summary>
internal static class RotaryTable
{
    /// <summary>fp32 [length, head dim]: cosines in the first half of the columns, sines in the second.</summary>
    public static float[] Build(ModelConfig config, int length)
    {
        var (half, scaling) = (config.HeadDim / 2, config.RotaryScaling ?? new RotaryScaling { Kind = RotaryScalingKind.None, OriginalContext = config.PositionLimit });
        var frequencies = scaling.InverseFrequencies(config.RotaryBase, config.HeadDim, length);
        var table = new float[checked(length * config.HeadDim)];
        for (var position = 0; position < length; position++)
        {
            var row = table.AsSpan(position * config.HeadDim, config.HeadDim);
            for (var i = 0; i < half; i++)
            {
                var (sin, cos) = Math.SinCos(position * frequencies[i]);
                (row[i], row[half + i]) = ((float)(cos * scaling.AttentionFactor), (float)(sin * scaling.AttentionFactor));
            }
        }

        return table;
    }

    /// <summary>The table on a device.</summary>
    public static Tensor Upload(Device device, ModelConfig config, int length)
    {
        var buffer = device.Allocate((long)length * config.HeadDim * sizeof(float));
        buffer.CopyFrom(MemoryMarshal.AsBytes(Build(config, length).AsSpan()));
        return Tensor.Matrix(buffer, ElementType.Float32, length, config.HeadDim);
    }
}
