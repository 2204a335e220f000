namespace Kernels.Scheduling;

/// <summary>Rows of a table by token id.</summary>
internal sealed class GatherOperation(string name, Weight table, GraphValue ids, GraphValue output)
    : Operation(name)
{
    public override string Kind => "gather";

    internal override IEnumerable<GraphValue> Reads => [ids];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var tensor = context.Weights.Table(table);
        return new PlannedNode(this, run => context.Device.Layers.Gather(tensor, run.Ids(ids), run.Matrix(output)))
        {
            WeightBytes = tensor.Buffer.ByteLength,
        };
    }
}
