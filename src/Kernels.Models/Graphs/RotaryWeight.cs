using System.Runtime.InteropServices;
using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>Cosines and sines by position, [positions, head dim]: cosines in the first half of the columns, sines in the second.</summary>
/// <remarks>Computed when a device asks for it and not kept.</remarks>
internal sealed class RotaryWeight(ModelConfig config, int positions, int length) : Weight("rotary table", ElementType.Float32, positions, config.HeadDim)
{
    /// <inheritdoc/>
    public override void Read(WeightReader reader)
    {
        var half = config.HeadDim / 2;
        var scaling = config.RotaryScaling ?? new RotaryScaling { Kind = RotaryScalingKind.None, OriginalContext = config.PositionLimit };
        var frequencies = scaling.InverseFrequencies(config.RotaryBase, config.HeadDim, length);
        var table = new float[checked(Rows * Columns)];
        for (var position = 0; position < Rows; position++)
        {
            var row = table.AsSpan(position * Columns, Columns);
            for (var i = 0; i < half; i++)
            {
                var (sin, cos) = Math.SinCos(position * frequencies[i]);
                (row[i], row[half + i]) = ((float)(cos * scaling.AttentionFactor), (float)(sin * scaling.AttentionFactor));
            }
        }

        reader(MemoryMarshal.AsBytes(table.AsSpan()));
    }
}
