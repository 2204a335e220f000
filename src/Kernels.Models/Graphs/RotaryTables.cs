using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>Cosines and sines by position, shared by the sessions of a model.</summary>
internal sealed class RotaryTables(ModelConfig config)
{
    private const int Step = 1024;
    private readonly Dictionary<(int Rows, int Length), Weight> _tables = [];

    /// <summary>A table for sessions of <paramref name="length"/> tokens, [at least length, head dim].</summary>
    public Weight For(int length)
    {
        // Lengths share a table where they can, so that a model does not keep one for every length it has seen.
        var rows = (int)Math.Min(config.ContextLength, (length + (long)Step - 1) / Step * Step);
        var scaled = config.RotaryScaling is { Kind: RotaryScalingKind.Dynamic, OriginalContext: var original } ? Math.Max(length, original) : 0;
        if (!_tables.TryGetValue((rows, scaled), out var table))
            _tables.Add((rows, scaled), table = new ArrayWeight("rotary table", rows, config.HeadDim, Build(rows, scaled)));
        return table;
    }

    // Cosines in the first half of the columns, sines in the second.
    private float[] Build(int rows, int length)
    {
        var half = config.HeadDim / 2;
        var scaling = config.RotaryScaling ?? new RotaryScaling { Kind = RotaryScalingKind.None, OriginalContext = config.PositionLimit };
        var frequencies = scaling.InverseFrequencies(config.RotaryBase, config.HeadDim, length);
        var table = new float[checked(rows * config.HeadDim)];
        for (var position = 0; position < rows; position++)
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
}
