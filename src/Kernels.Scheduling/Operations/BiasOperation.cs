namespace Kernels.Scheduling;

/// <summary>A row added to every row, in place.</summary>
internal sealed class BiasOperation(string name, ValueSlice values, Weight bias)
    : Operation(name)
{
    public override string Kind => "bias";

    internal override IEnumerable<GraphValue> Reads => [values.Value];

    internal override GraphValue Writes => values.Value;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var tensor = context.Weights.Float32(bias);
        return new PlannedNode(this, run => context.Device.Layers.AddBias(run.Matrix(values), tensor)) { WeightBytes = tensor.Buffer.ByteLength };
    }
}
