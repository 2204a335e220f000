namespace Kernels.Scheduling;

/// <summary>The run's rows appended to a state.</summary>
public sealed class AppendOperation : Operation
{
    private readonly ValueSlice _rows;
    private readonly GraphState _state;

    internal AppendOperation(string name, ValueSlice rows, GraphState state) : base(name)
    {
        _rows = rows;
        _state = state;
    }

    /// <inheritdoc/>
    public override string Kind => "append";

    internal override IEnumerable<GraphValue> Reads => [_rows.Value];

    internal override GraphValue? Writes => null;

    internal override PlannedNode Plan(PlanningContext context) => new(
        this, run => context.Device.Layers.Copy(run.Heads(_rows, _state.Heads), run.States!.Rows(_state, run.FirstPosition, run.Tokens)));
}
