namespace Kernels.Scheduling;

/// <summary>Rotary embedding, in place.</summary>
internal sealed class RotateOperation(string name, ValueSlice heads, int headDim, Weight table)
    : Operation(name)
{
    public override string Kind => "rotate";

    internal override bool FollowsPosition => true;

    internal override IEnumerable<GraphValue> Reads => [heads.Value];

    internal override GraphValue Writes => heads.Value;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var tensor = context.Weights.Float32(table);
        return new PlannedNode(this, run => context.Device.Layers.Rotate(run.Heads(heads, heads.Columns / headDim), tensor, run.FirstPosition))
        {
            WeightBytes = tensor.Buffer.ByteLength,
        };
    }
}
