namespace Kernels.Scheduling;

/// <summary>The row of the run's last token.</summary>
internal sealed class LastRowOperation(string name, GraphValue input, GraphValue output)
    : Operation(name)
{
    public override string Kind => "last row";

    internal override IEnumerable<GraphValue> Reads => [input];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context) =>
        new(this, run => context.Device.Layers.Copy(run.Matrix(input, run.RowsOf(input) - 1, 1), run.Matrix(output)));
}
