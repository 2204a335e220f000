namespace Kernels.Scheduling;

/// <summary>A row added to every row, in place.</summary>
public sealed class BiasOperation : Operation
{
    private readonly ValueSlice _values;
    private readonly Weight _bias;

    internal BiasOperation(string name, ValueSlice values, Weight bias) : base(name)
    {
        _values = values;
        _bias = bias;
    }

    /// <inheritdoc/>
    public override string Kind => "bias";

    internal override IEnumerable<GraphValue> Reads => [_values.Value];

    internal override GraphValue Writes => _values.Value;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var bias = context.Weights.Float32(_bias);
        return new PlannedNode(this, run => context.Device.Layers.AddBias(run.Matrix(_values), bias)) { WeightBytes = bias.Buffer.ByteLength };
    }
}
