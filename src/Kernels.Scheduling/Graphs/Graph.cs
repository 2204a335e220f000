namespace Kernels.Scheduling;

/// <summary>A forward pass as operations in order; immutable, and the same for every device and length.</summary>
public sealed class Graph
{
    internal Graph(
        string name, IReadOnlyList<Operation> operations, IReadOnlyList<GraphValue> values, IReadOnlyList<GraphState> states,
        IReadOnlyList<GraphValue> outputs, IReadOnlyList<ObservedKeys> observed)
    {
        Name = name;
        Operations = operations;
        Values = values;
        States = states;
        Outputs = outputs;
        Observed = observed;
    }

    /// <summary>What it computes, for messages.</summary>
    public string Name { get; }

    /// <summary>Operations in the order they run.</summary>
    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Every value.</summary>
    public IReadOnlyList<GraphValue> Values { get; }

    /// <summary>What outlives a run.</summary>
    public IReadOnlyList<GraphState> States { get; }

    /// <summary>Values that can be read after a run.</summary>
    public IReadOnlyList<GraphValue> Outputs { get; }

    /// <summary>Layers whose keys can be compacted.</summary>
    internal IReadOnlyList<ObservedKeys> Observed { get; }
}
