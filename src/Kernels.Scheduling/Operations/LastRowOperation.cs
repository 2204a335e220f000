namespace Kernels.Scheduling;

/// <summary>The row of the run's last token.</summary>
public sealed class LastRowOperation : Operation
{
    private readonly GraphValue _input, _output;

    internal LastRowOperation(string name, GraphValue input, GraphValue output) : base(name)
    {
        _input = input;
        _output = output;
    }

    /// <inheritdoc/>
    public override string Kind => "last row";

    internal override IEnumerable<GraphValue> Reads => [_input];

    internal override GraphValue Writes => _output;

    internal override PlannedNode Plan(PlanningContext context) =>
        new(this, run => context.Device.Layers.Copy(run.Matrix(_input, run.RowsOf(_input) - 1, 1), run.Matrix(_output)));
}
