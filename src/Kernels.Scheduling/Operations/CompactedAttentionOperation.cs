namespace Kernels.Scheduling;

/// <summary>Attention of one token over compacted keys and values, to which its own are appended.</summary>
internal sealed class CompactedAttentionOperation(
    string name, AttentionKernel kernel, ValueSlice queries, ValueSlice keyRows, ValueSlice valueRows, GraphState keys, GraphValue output)
    : Operation(name)
{
    public override string Kind => "compacted attention";

    internal override bool FollowsPosition => true;

    internal override IEnumerable<GraphValue> Reads => [queries.Value, keyRows.Value, valueRows.Value];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var heads = queries.Columns / keys.HeadDim;
        // The stretches of all heads lie one behind the other, as the keys of one head.
        var shape = new AttentionShape(
            1, context.Rows(output), checked(context.Shape.Keys * keys.Heads), heads, 1, keys.HeadDim, ElementType.Float32, keys.Type);
        var (plan, isNew) = context.Attentions.Get((kernel, shape), () => context.Require(this, kernel.Supports(context.Device, shape), () => kernel.Plan(context.Device, shape)));
        return new PlannedNode(this, run =>
        {
            var cache = run.States!.Compacted(keys);
            cache.Append(run.Heads(keyRows, keys.Heads), run.Heads(valueRows, keys.Heads));
            plan.Run(run.Heads(queries, heads), cache.Keys, cache.Values, run.Heads(output, heads), cache.Index);
        })
        {
            Kernel = kernel.Declaration.Name,
            WorkspaceBytes = isNew ? plan.WorkspaceBytes : 0,
            Attention = plan,
        };
    }
}
