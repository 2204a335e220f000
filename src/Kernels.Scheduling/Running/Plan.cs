using System.Runtime.InteropServices;

namespace Kernels.Scheduling;

/// <summary>A graph made ready for one device and one largest shape. Running it allocates nothing.</summary>
/// <remarks>One run at a time; several plans may run at once, each with its own states.</remarks>
public sealed class Plan : IDisposable
{
    private readonly PlanningContext _context;
    private readonly PlannedNode[] _nodes;
    private readonly DeviceBuffer _arena;
    private readonly RunContext _run;

    internal Plan(Graph graph, PlanningContext context, PlannedNode[] nodes, long[] offsets, long arenaBytes)
    {
        Graph = graph;
        _context = context;
        _nodes = nodes;
        _arena = context.Device.Allocate(arenaBytes);
        _run = new RunContext(_arena, offsets);
    }

    /// <summary>What was planned.</summary>
    public Graph Graph { get; }

    /// <summary>Where it runs.</summary>
    public Device Device => _context.Device;

    /// <summary>The largest run.</summary>
    public ShapeClass Shape => _context.Shape;

    /// <summary>(query, key) pairs the attention of the last run visited, over all layers.</summary>
    public AttentionWork Work { get; private set; }

    /// <summary>Writes token ids for the next run.</summary>
    /// <exception cref="SchedulingException">The value is no token input of this graph, or there are too many tokens.</exception>
    public void Write(GraphValue input, ReadOnlySpan<int> ids)
    {
        if (input.Type != ElementType.Int32) throw new SchedulingException($"{input} holds activations, not token ids; write through Input.");
        _run.Tokens = CheckedTokens(ids.Length);
        var view = _run.Ids(CheckedInput(input));
        _arena.CopyFrom(MemoryMarshal.AsBytes(ids), view.Offset * sizeof(int));
    }

    /// <summary>The memory of an activation input for a run of <paramref name="rows"/> tokens; the caller fills it on the device.</summary>
    /// <param name="input">An activation input of this graph.</param>
    /// <param name="rows">Tokens of the run, which are the input's rows; 1 for an image, whose rows are its channels.</param>
    /// <exception cref="SchedulingException">The value is no activation input of this graph, or there are too many rows.</exception>
    public Tensor Input(GraphValue input, int rows)
    {
        if (input.Type != ElementType.Float32) throw new SchedulingException($"{input} holds token ids, not activations; use Write.");
        _run.Tokens = CheckedTokens(rows);
        return _run.Matrix(CheckedInput(input));
    }

    /// <summary>Runs every operation on <paramref name="tokens"/> tokens whose inputs have been written.</summary>
    /// <param name="tokens">Tokens of the run.</param>
    /// <param name="states">The sequence the tokens continue; null only for a graph without states. Advanced when the run succeeds.</param>
    /// <param name="cancellation">Looked at between operations; a cancelled run leaves the states as they were.</param>
    /// <param name="observer">Shown the input of every product before it runs; null, the default, costs nothing.</param>
    /// <exception cref="SchedulingException">The run does not fit the plan or the states.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Run(int tokens, StateSet? states = null, CancellationToken cancellation = default, ProductObserver? observer = null)
    {
        Prepare(tokens, states);
        long visited = 0, dense = 0;
        foreach (var node in _nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            if (observer is not null && node.Product is var (weight, input)) observer(weight, _run.Matrix(input));
            node.Run(_run);
            if (node.Attention is not { } attention) continue;
            var work = attention.Work;
            visited += work.Visited;
            dense += work.Dense;
        }

        states?.Advance(tokens);
        Work = new AttentionWork(visited, dense);
    }

    /// <summary>Captures runs of <paramref name="tokens"/> tokens, to be launched as a whole instead of kernel by kernel.</summary>
    /// <param name="tokens">Tokens of every run.</param>
    /// <param name="states">The sequence the runs continue; null only for a graph without states.</param>
    /// <returns>The runs; to be disposed before the plan and the states.</returns>
    /// <exception cref="SchedulingException">The device cannot capture, or the run does not fit the plan or the states.</exception>
    /// <exception cref="DeviceException">The driver refused.</exception>
    public CapturedRun Capture(int tokens, StateSet? states = null)
    {
        if (Device.SupportsCapture is { IsSupported: false, Reason: var reason })
            throw new SchedulingException($"Graph {Graph.Name} cannot be captured: {reason}. Use Run.");
        return new CapturedRun(this, tokens, states);
    }

    /// <summary>An output of the last run, [rows, columns].</summary>
    /// <exception cref="SchedulingException">The value was not declared an output when the graph was built.</exception>
    public Tensor Output(GraphValue value)
    {
        if (!Graph.Outputs.Contains(value))
            throw new SchedulingException($"{value} is not an output of graph {Graph.Name}: its memory is reused. Pass it to Build.");
        return _run.Matrix(value);
    }

    /// <summary>What the plan does and holds.</summary>
    public PlanExplanation Explain()
    {
        var shape = _context.Shape;
        return new PlanExplanation(
            Graph.Name, Device.Name, shape,
            [.. _nodes.Select(node => new ExplainedNode(
                node.Operation.Name, node.Operation.Kind, node.Kernel ?? "-", Device.Name,
                node.Operation.Writes is { } value ? (long)_context.Rows(value) * value.Columns * value.Type.Size() : 0,
                node.WorkspaceBytes, node.WeightBytes))],
            _context.Weights.ByteLength,
            Graph.States.Sum(state => state.BytesPerToken * shape.Keys),
            _arena.ByteLength);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _arena.Dispose();
        _context.Dispose();
    }

    /// <summary>Checks a run and sets what its nodes see.</summary>
    internal void Prepare(int tokens, StateSet? states)
    {
        CheckedTokens(tokens);
        CheckStates(tokens, states);
        _run.Tokens = tokens;
        _run.States = states;
        _run.FirstPosition = states?.Length ?? 0;
    }

    /// <summary>The operations in order, cut where some begin or cease to follow the sequence's position; each part queues the prepared run's.</summary>
    internal IReadOnlyList<(bool FollowsPosition, Action Queue)> Parts()
    {
        var parts = new List<(bool, Action)>();
        for (var (first, end) = (0, 0); first < _nodes.Length; first = end)
        {
            var follows = _nodes[first].Operation.FollowsPosition;
            while (end < _nodes.Length && _nodes[end].Operation.FollowsPosition == follows) end++;
            var nodes = _nodes[first..end];
            parts.Add((follows, () =>
            {
                foreach (var node in nodes) node.Run(_run);
            }));
        }

        return parts;
    }

    private int CheckedTokens(int tokens) => tokens >= 1 && tokens <= Shape.Tokens
        ? tokens
        : throw new SchedulingException($"Graph {Graph.Name} was planned for runs of 1 to {Shape.Tokens} tokens; {tokens} were given. Split the run or plan a larger shape.");

    private GraphValue CheckedInput(GraphValue input) => input.IsInput && Graph.Values.Count > input.Id && Graph.Values[input.Id] == input
        ? input
        : throw new SchedulingException($"{input} is not an input of graph {Graph.Name}.");

    private void CheckStates(int tokens, StateSet? states)
    {
        if (states is null)
        {
            if (Graph.States.Count > 0) throw new SchedulingException($"Graph {Graph.Name} keeps states; pass a StateSet made for it.");
            return;
        }

        if (states.Device != Device || !states.Fits(Graph))
            throw new SchedulingException($"The states were made for another graph or device than {Graph.Name} on {Device.Name}; make a StateSet for it.");
        var limit = Math.Min(states.Capacity, Shape.Keys);
        if (states.Length + (long)tokens > limit)
            throw new SchedulingException($"{states.Length} tokens are held and {tokens} more were given, but graph {Graph.Name} was planned for {limit}. Plan more keys or start a new sequence.");
    }
}
