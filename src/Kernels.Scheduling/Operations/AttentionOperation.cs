namespace Kernels.Scheduling;

/// <summary>Attention over a state's keys and values.</summary>
internal sealed class AttentionOperation(
    string name, AttentionKernel kernel, ValueSlice queries, GraphState keys, GraphState values, AttentionGate? gate, Weight? centroids, GraphValue output)
    : Operation(name)
{
    public override string Kind => "attention";

    internal override bool FollowsPosition => true;

    internal override IEnumerable<GraphValue> Reads => [queries.Value];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var heads = queries.Columns / keys.HeadDim;
        var shape = new AttentionShape(
            1, context.Rows(output), context.Shape.Keys, heads, keys.Heads, keys.HeadDim, ElementType.Float32, keys.Type);
        var (plan, isNew) = context.Attentions.Get((kernel, shape), () => context.Require(this, kernel.Supports(context.Device, shape), () => kernel.Plan(context.Device, shape)));
        var table = centroids is null ? (Tensor?)null : context.Weights.Float32(centroids);
        Tensor? clusters = table is { } matrix ? Tensor.Heads(matrix.Buffer, ElementType.Float32, 1, matrix[0], keys.Heads, keys.HeadDim, matrix.Offset) : null;
        return new PlannedNode(this, run =>
        {
            var length = run.FirstPosition + run.Tokens;
            var (query, key, value, to) = (run.Heads(queries, heads), run.States!.Rows(keys, 0, length), run.States.Rows(values, 0, length), run.Heads(output, heads));
            if (gate is not null) plan.Run(query, key, value, to, run.States.GateKeys(keys, gate, run.FirstPosition));
            else if (clusters is { } means) plan.RunRouted(query, key, value, to, means);
            else if (run.States.Summary(keys, plan) is { } summary) plan.Run(query, key, value, to, summary);
            else plan.Run(query, key, value, to);
        })
        {
            Kernel = kernel.Declaration.Name,
            WeightBytes = table?.Buffer.ByteLength ?? 0,
            WorkspaceBytes = isNew ? plan.WorkspaceBytes : 0,
            Attention = plan,
        };
    }
}
