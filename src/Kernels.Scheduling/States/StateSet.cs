namespace Kernels.Scheduling;

/// <summary>The states of one sequence (its KV cache): memory for every state of a graph, and how many tokens they hold.</summary>
/// <remarks>Graphs whose states agree in order and shape (prefill and decode of one model) can share a set.</remarks>
public sealed class StateSet : IDisposable
{
    private readonly DeviceBuffer[] _buffers;
    private readonly GraphState[] _states;

    /// <summary>Reserves room for <paramref name="capacity"/> tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A capacity below 1.</exception>
    public StateSet(Graph graph, Device device, int capacity)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Device = device;
        Capacity = capacity;
        _states = [.. graph.States];
        _buffers = new DeviceBuffer[_states.Length];
        for (var i = 0; i < _states.Length; i++) _buffers[i] = device.Allocate(_states[i].BytesPerToken * capacity);
    }

    /// <summary>Where the states are.</summary>
    public Device Device { get; }

    /// <summary>Most tokens it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Tokens it holds now; runs append to them.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes reserved.</summary>
    public long ByteLength => _buffers.Sum(buffer => buffer.ByteLength);

    /// <summary>Forgets tokens at the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than it holds, or fewer than none.</exception>
    public void Truncate(int length)
    {
        if (length < 0 || length > Length)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"The states hold {Length} tokens; 0 to {Length} can be kept.");
        Length = length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    internal bool Fits(Graph graph)
    {
        if (graph.States.Count != _states.Length) return false;
        for (var i = 0; i < _states.Length; i++)
            if (graph.States[i].Heads != _states[i].Heads || graph.States[i].HeadDim != _states[i].HeadDim || graph.States[i].Type != _states[i].Type)
                return false;
        return true;
    }

    internal void Advance(int tokens) => Length += tokens;

    /// <summary>Rows [first, first + tokens) of a state as [1, tokens, heads, head dim].</summary>
    internal Tensor Rows(GraphState state, int first, int tokens) => Tensor.Heads(
        _buffers[state.Id], state.Type, 1, tokens, state.Heads, state.HeadDim, (long)first * state.Heads * state.HeadDim);
}
