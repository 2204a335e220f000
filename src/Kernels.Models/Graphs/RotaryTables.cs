using Kernels.Scheduling;

namespace Kernels.Models;

/// <summary>The rotary tables of a model's sessions.</summary>
internal sealed class RotaryTables(ModelConfig config)
{
    /// <summary>Lengths are rounded up to a multiple of this, so that a model does not keep a table for every length it has seen.</summary>
    public const int Step = 1024;

    private readonly Dictionary<(int Rows, int Length), Weight> _tables = [];

    /// <summary>A table for sessions of <paramref name="length"/> tokens, [at least length, head dim].</summary>
    public Weight For(int length)
    {
        var rows = (int)Math.Min(config.ContextLength, (length + (long)Step - 1) / Step * Step);
        var scaled = config.RotaryScaling is { Kind: RotaryScalingKind.Dynamic, OriginalContext: var original } ? Math.Max(length, original) : 0;
        if (!_tables.TryGetValue((rows, scaled), out var table))
            _tables.Add((rows, scaled), table = new RotaryWeight(config, rows, scaled));
        return table;
    }
}
