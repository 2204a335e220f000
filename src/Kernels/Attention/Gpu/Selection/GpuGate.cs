using System.Runtime.InteropServices;

namespace Kernels;

/// <summary>A gate on a GPU: its weights and the tables of its rotations in one buffer of fp32.</summary>
internal sealed class GpuGate : IDisposable
{
    public GpuGate(IlgpuDevice device, AttentionGate gate, RotaryTurns turns, RotaryTurns gateTurns)
    {
        var numbers = new List<float>();
        var (turn, gateTurn) = (Add(numbers, turns, back: true), Add(numbers, gateTurns, back: false));
        Keys = new GateLayout { Weights = Add(numbers, gate.KeyWeights), Norm = Add(numbers, gate.KeyNorm), Turn = turn, GateTurn = gateTurn };
        Queries = new GateLayout { Weights = Add(numbers, gate.QueryWeights), Norm = Add(numbers, gate.QueryNorm), Turn = turn, GateTurn = gateTurn };
        Numbers = new IlgpuBuffer(device, numbers.Count * (long)sizeof(float));
        Numbers.CopyFrom(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(numbers)));
    }

    /// <summary>fp32.</summary>
    public IlgpuBuffer Numbers { get; }

    /// <summary>Where the numbers for keys lie.</summary>
    public GateLayout Keys { get; }

    /// <summary>Where the numbers for queries lie.</summary>
    public GateLayout Queries { get; }

    /// <inheritdoc/>
    public void Dispose() => Numbers.Dispose();

    private static long Add(List<float> numbers, ReadOnlySpan<float> values)
    {
        var start = values.IsEmpty ? -1 : numbers.Count;
        numbers.AddRange(values);
        return start;
    }

    private static TurnLayout Add(List<float> numbers, RotaryTurns turns, bool back) => new()
    {
        Starts = Add(numbers, turns.Starts), Places = Add(numbers, turns.Places), Block = turns.Block, Pairs = turns.Pairs,
        Cosine = back ? 1 / turns.Factor : turns.Factor, Sine = back ? -1 / turns.Factor : turns.Factor,
    };
}
