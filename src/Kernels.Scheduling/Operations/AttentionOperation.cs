namespace Kernels.Scheduling;

/// <summary>Attention over a state's keys and values.</summary>
public sealed class AttentionOperation : Operation
{
    private readonly AttentionKernel _kernel;
    private readonly ValueSlice _queries;
    private readonly GraphState _keys, _values;
    private readonly GraphValue _output;

    internal AttentionOperation(
        string name, AttentionKernel kernel, ValueSlice queries, GraphState keys, GraphState values, GraphValue output) : base(name)
    {
        _kernel = kernel;
        _queries = queries;
        _keys = keys;
        _values = values;
        _output = output;
    }

    /// <inheritdoc/>
    public override string Kind => "attention";

    internal override IEnumerable<GraphValue> Reads => [_queries.Value];

    internal override GraphValue Writes => _output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var heads = _queries.Columns / _keys.HeadDim;
        var shape = new AttentionShape(
            1, context.Rows(_output), context.Shape.Keys, heads, _keys.Heads, _keys.HeadDim, ElementType.Float32, _keys.Type);
        var (plan, isNew) = context.Attentions.Get((_kernel, shape), () => context.Require(this, _kernel.Supports(context.Device, shape), () => _kernel.Plan(context.Device, shape)));
        return new PlannedNode(this, run =>
        {
            var keys = run.FirstPosition + run.Tokens;
            plan.Run(run.Heads(_queries, heads), run.States!.Rows(_keys, 0, keys), run.States.Rows(_values, 0, keys), run.Heads(_output, heads));
        })
        {
            Kernel = _kernel.Declaration.Name,
            WorkspaceBytes = isNew ? plan.WorkspaceBytes : 0,
            Attention = plan,
        };
    }
}
