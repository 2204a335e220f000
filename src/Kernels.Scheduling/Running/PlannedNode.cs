namespace Kernels.Scheduling;

/// <summary>An operation made ready: what runs, and what it holds.</summary>
internal sealed class PlannedNode(Operation operation, Action<RunContext> run)
{
    public Operation Operation => operation;

    public Action<RunContext> Run => run;

    public string? Kernel { get; init; }

    public long WeightBytes { get; init; }

    public long WorkspaceBytes { get; init; }

    public AttentionPlan? Attention { get; init; }

    /// <summary>Weight and input of a product, for those who observe it.</summary>
    public (Weight Weight, ValueSlice Input)? Product { get; init; }
}
