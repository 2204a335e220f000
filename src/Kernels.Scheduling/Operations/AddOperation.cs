namespace Kernels.Scheduling;

/// <summary>The sum of two values: a residual connection.</summary>
internal sealed class AddOperation(string name, GraphValue left, GraphValue right, GraphValue output)
    : Operation(name)
{
    public override string Kind => "add";

    internal override IEnumerable<GraphValue> Reads => [left, right];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context) =>
        new(this, run => context.Device.Layers.Add(run.Matrix(left), run.Matrix(right), run.Matrix(output)));
}
