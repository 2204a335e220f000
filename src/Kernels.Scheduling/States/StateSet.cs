namespace Kernels.Scheduling;

/// <summary>The states of one sequence (its KV cache): memory for every state of a graph, and how many tokens they hold.</summary>
/// <remarks>Graphs whose states agree in order and shape (prefill and decode of one model) can share a set.</remarks>
public sealed class StateSet : IDisposable
{
    private readonly DeviceBuffer?[] _buffers;
    private readonly GraphState[] _states;
    private readonly Graph _graph;
    private readonly Dictionary<int, CompactedCache> _compacted = [];
    private readonly Dictionary<(int Keys, long Bytes), KeySummary> _summaries = [];
    private readonly Dictionary<(int Keys, AttentionGate Gate), GateKeyCache> _gateKeys = [];

    /// <summary>Reserves room for <paramref name="capacity"/> tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A capacity below 1.</exception>
    public StateSet(Graph graph, Device device, int capacity)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Device = device;
        Capacity = capacity;
        _graph = graph;
        _states = [.. graph.States];
        _buffers = new DeviceBuffer[_states.Length];
        Reserve();
    }

    /// <summary>Where the states are.</summary>
    public Device Device { get; }

    /// <summary>Most tokens it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Tokens it holds now; runs append to them.</summary>
    public int Length { get; private set; }

    /// <summary>Whether keys and values were compacted: only single tokens can be appended then, by a graph that attends to compacted keys.</summary>
    public bool IsCompacted => _compacted.Count > 0;

    /// <summary>Bytes reserved.</summary>
    public long ByteLength => _buffers.Sum(buffer => buffer?.ByteLength ?? 0) + _compacted.Values.Sum(cache => cache.ByteLength)
        + _summaries.Values.Sum(summary => summary.ByteLength) + _gateKeys.Values.Sum(keys => keys.ByteLength);

    /// <summary>Forgets tokens at the end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than it holds, or fewer than none; or some, but not all, of a compacted set.</exception>
    public void Truncate(int length)
    {
        if (length < 0 || length > Length)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"The states hold {Length} tokens; 0 to {Length} can be kept.");
        if (IsCompacted && length != Length)
        {
            if (length > 0) throw new ArgumentOutOfRangeException(nameof(length), length, $"The states were compacted; 0 or all {Length} tokens can be kept.");
            foreach (var cache in _compacted.Values) cache.Dispose();
            _compacted.Clear();
            Reserve();
        }

        foreach (var summary in _summaries.Values) summary.Forget(length);
        foreach (var keys in _gateKeys.Values) keys.Truncate(length);
        Length = length;
    }

    /// <summary>
    /// Lets the latest queries of every observed layer choose which of its keys and values stay, and gives the memory of the others back.
    /// </summary>
    /// <param name="kernel">Selects; declared with [ObservationWindowAttention].</param>
    /// <exception cref="SchedulingException">There is nothing to compact, or the device cannot run the kernel.</exception>
    public void Compact(AttentionKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (_graph.Observed.Count == 0 || Length == 0 || IsCompacted)
            throw new SchedulingException($"The states of graph {_graph.Name} cannot be compacted: they hold {Length} tokens, {_graph.Observed.Count} layers are observed"
                + $"{(IsCompacted ? ", and they were compacted already" : "")}. Observe the layers when building the graph, and compact once after a prompt.");
        using var plans = new PlanCache<AttentionShape, AttentionPlan>();
        foreach (var layer in _graph.Observed)
        {
            var window = Math.Min(layer.Queries.Latest!.Value, Length);
            var shape = new AttentionShape(1, window, Length, layer.Queries.Heads, layer.Keys.Heads, layer.Keys.HeadDim, ElementType.Float32, layer.Keys.Type);
            var support = kernel.Supports(Device, shape);
            if (!support.IsSupported) throw new SchedulingException($"The states of graph {_graph.Name} cannot be compacted on {Device.Name}: {support.Reason}.");
            var (plan, _) = plans.Get(shape, () => kernel.Plan(Device, shape));
            using var queries = LatestQueries(layer.Queries, window);
            var keys = Rows(layer.Keys, 0, Length);
            var kept = plan.Select(Tensor.Heads(queries, ElementType.Float32, 1, window, layer.Queries.Heads, layer.Queries.HeadDim), keys);
            _compacted.Add(layer.Keys.Id, new CompactedCache(keys, Rows(layer.Values, 0, Length), kept, Capacity - Length));
            foreach (var state in (ReadOnlySpan<GraphState>)[layer.Keys, layer.Values])
            {
                _buffers[state.Id]!.Dispose();
                _buffers[state.Id] = null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer?.Dispose();
        foreach (var cache in _compacted.Values) cache.Dispose();
        foreach (var summary in _summaries.Values) summary.Dispose();
        foreach (var keys in _gateKeys.Values) keys.Dispose();
    }

    internal bool Fits(Graph graph)
    {
        if (graph.States.Count != _states.Length) return false;
        for (var i = 0; i < _states.Length; i++)
            if (graph.States[i].Heads != _states[i].Heads || graph.States[i].HeadDim != _states[i].HeadDim || graph.States[i].Type != _states[i].Type
                || graph.States[i].Latest != _states[i].Latest)
                return false;
        return true;
    }

    internal void Advance(int tokens) => Length += tokens;

    /// <summary>Rows [first, first + tokens) of a state as [1, tokens, heads, head dim].</summary>
    internal Tensor Rows(GraphState state, int first, int tokens) => Tensor.Heads(
        _buffers[state.Id] ?? throw new SchedulingException($"{state.Name} was compacted; run a graph that attends to compacted keys, or begin anew."),
        state.Type, 1, tokens, state.Heads, state.HeadDim, (long)first * state.Heads * state.HeadDim);

    /// <summary>What is left of a layer's keys and values.</summary>
    internal CompactedCache Compacted(GraphState keys) => _compacted.TryGetValue(keys.Id, out var cache)
        ? cache
        : throw new SchedulingException($"{keys.Name} was not compacted; call {nameof(Compact)} after the prompt.");

    /// <summary>What <paramref name="plan"/> keeps of a layer's keys from run to run; null where it keeps nothing.</summary>
    internal KeySummary? Summary(GraphState keys, AttentionPlan plan)
    {
        if (plan.SummaryBytes == 0) return null;
        if (!_summaries.TryGetValue((keys.Id, plan.SummaryBytes), out var summary))
            _summaries.Add((keys.Id, plan.SummaryBytes), summary = plan.Summarise());
        return summary;
    }

    /// <summary>What a layer's gate has made of the first <paramref name="length"/> keys, which alone are sure to be as they were.</summary>
    internal GateKeyCache GateKeys(GraphState keys, AttentionGate gate, int length)
    {
        if (!_gateKeys.TryGetValue((keys.Id, gate), out var cache))
            _gateKeys.Add((keys.Id, gate), cache = new GateKeyCache(Device, gate, 1, Capacity));
        cache.Truncate(length);
        return cache;
    }

    private void Reserve()
    {
        for (var i = 0; i < _states.Length; i++) _buffers[i] ??= Device.Allocate(_states[i].BytesPerToken * (_states[i].Latest ?? Capacity));
    }

    // In the order of their tokens: a state of latest rows holds position p in row p mod window.
    private DeviceBuffer LatestQueries(GraphState state, int window)
    {
        var buffer = Device.Allocate(state.BytesPerToken * window);
        for (var token = 0; token < window;)
        {
            var slot = (Length - window + token) % state.Latest!.Value;
            var count = Math.Min(state.Latest.Value - slot, window - token);
            Device.Layers.Copy(
                Rows(state, slot, count),
                Tensor.Heads(buffer, state.Type, 1, count, state.Heads, state.HeadDim, (long)token * state.Heads * state.HeadDim));
            token += count;
        }

        return buffer;
    }
}
