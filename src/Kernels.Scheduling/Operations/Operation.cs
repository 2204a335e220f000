namespace Kernels.Scheduling;

/// <summary>One step of a graph: what it reads and writes, and how it is planned.</summary>
public abstract class Operation
{
    private protected Operation(string name) => Name = name;

    /// <summary>The name it was given.</summary>
    public string Name { get; }

    /// <summary>What it does, for explanations: <c>product</c>, <c>attention</c>, …</summary>
    public abstract string Kind { get; }

    /// <summary>Whether what is queued depends on where the sequence stands.</summary>
    internal virtual bool FollowsPosition => false;

    /// <summary>Values it reads.</summary>
    internal abstract IEnumerable<GraphValue> Reads { get; }

    /// <summary>The value it writes; null where it works on a state only.</summary>
    internal abstract GraphValue? Writes { get; }

    /// <summary>Prepares the step for a device and a largest shape.</summary>
    internal abstract PlannedNode Plan(PlanningContext context);
}
