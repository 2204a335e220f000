namespace Kernels.Scheduling;

/// <summary>Rows of a table by token id.</summary>
public sealed class GatherOperation : Operation
{
    private readonly Weight _table;
    private readonly GraphValue _ids, _output;

    internal GatherOperation(string name, Weight table, GraphValue ids, GraphValue output) : base(name)
    {
        _table = table;
        _ids = ids;
        _output = output;
    }

    /// <inheritdoc/>
    public override string Kind => "gather";

    internal override IEnumerable<GraphValue> Reads => [_ids];

    internal override GraphValue Writes => _output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var table = context.Weights.Table(_table);
        return new PlannedNode(this, run => context.Device.Layers.Gather(table, run.Ids(_ids), run.Matrix(_output)))
        {
            WeightBytes = table.Buffer.ByteLength,
        };
    }
}
