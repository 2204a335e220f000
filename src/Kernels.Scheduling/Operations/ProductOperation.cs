namespace Kernels.Scheduling;

/// <summary>A linear layer, with what is fused to it.</summary>
internal sealed class ProductOperation(string name, WeightUse use, Weight weight, ValueSlice input, Weight? bias, GraphValue? operand, GraphValue output)
    : Operation(name)
{
    public override string Kind => "product";

    internal override IEnumerable<GraphValue> Reads => operand is null ? [input.Value] : [input.Value, operand];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var shape = new MatMulShape(context.Rows(output), weight.Columns, weight.Rows, use.Type);
        var kernel = use.Kernel;
        var (plan, isNew) = context.Products.Get((kernel, shape), () => context.Require(this, kernel.Supports(context.Device, shape), () => kernel.Plan(context.Device, shape)));
        var weights = context.Weights.Packed(use, weight, bias);
        return new PlannedNode(this, run => plan.Run(run.Matrix(input), weights, run.Matrix(output), operand is null ? default : run.Matrix(operand)))
        {
            Kernel = kernel.Declaration.Name,
            Product = (weight, input),
            WeightBytes = WeightStore.BytesOf(weights),
            WorkspaceBytes = isNew ? plan.WorkspaceBytes : 0,
        };
    }
}
