namespace Kernels.Scheduling;

/// <summary>The mean of every row, as one row: global average pooling.</summary>
internal sealed class MeanOperation(string name, GraphValue input, GraphValue output)
    : Operation(name)
{
    public override string Kind => "mean";

    internal override IEnumerable<GraphValue> Reads => [input];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context) => new(this, run => context.Device.Layers.MeanOfRows(run.Matrix(input), run.Matrix(output)));
}
