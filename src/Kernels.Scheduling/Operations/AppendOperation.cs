namespace Kernels.Scheduling;

/// <summary>The run's rows appended to a state.</summary>
internal sealed class AppendOperation(string name, ValueSlice rows, GraphState state)
    : Operation(name)
{
    public override string Kind => "append";

    internal override bool FollowsPosition => true;

    internal override IEnumerable<GraphValue> Reads => [rows.Value];

    internal override GraphValue? Writes => null;

    internal override PlannedNode Plan(PlanningContext context) => new(
        this, run => context.Device.Layers.Copy(run.Heads(rows, state.Heads), run.States!.Rows(state, run.FirstPosition, run.Tokens)));
}
