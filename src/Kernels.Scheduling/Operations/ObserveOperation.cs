namespace Kernels.Scheduling;

/// <summary>The run's latest rows kept in a state.</summary>
internal sealed class ObserveOperation(string name, ValueSlice rows, GraphState state)
    : Operation(name)
{
    public override string Kind => "observe";

    internal override bool FollowsPosition => true;

    internal override IEnumerable<GraphValue> Reads => [rows.Value];

    internal override GraphValue? Writes => null;

    internal override PlannedNode Plan(PlanningContext context) => new(this, run =>
    {
        // The token at position p has row p mod window, so that a run copies its own rows only.
        var window = state.Latest!.Value;
        for (var token = Math.Max(0, run.Tokens - window); token < run.Tokens;)
        {
            var slot = (run.FirstPosition + token) % window;
            var count = Math.Min(window - slot, run.Tokens - token);
            context.Device.Layers.Copy(run.Heads(rows, state.Heads, token, count), run.States!.Rows(state, slot, count));
            token += count;
        }
    });
}
