namespace Kernels.Scheduling;

/// <summary>Rotary embedding, in place.</summary>
public sealed class RotateOperation : Operation
{
    private readonly ValueSlice _heads;
    private readonly int _headDim;
    private readonly Weight _table;

    internal RotateOperation(string name, ValueSlice heads, int headDim, Weight table) : base(name)
    {
        _heads = heads;
        _headDim = headDim;
        _table = table;
    }

    /// <inheritdoc/>
    public override string Kind => "rotate";

    internal override IEnumerable<GraphValue> Reads => [_heads.Value];

    internal override GraphValue Writes => _heads.Value;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var table = context.Weights.Float32(_table);
        return new PlannedNode(this, run => context.Device.Layers.Rotate(run.Heads(_heads, _heads.Columns / _headDim), table, run.FirstPosition))
        {
            WeightBytes = table.Buffer.ByteLength,
        };
    }
}
