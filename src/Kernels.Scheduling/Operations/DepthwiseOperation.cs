namespace Kernels.Scheduling;

/// <summary>A depthwise convolution.</summary>
internal sealed class DepthwiseOperation(string name, DepthwiseKernel kernel, Weight windows, Weight bias, DepthwiseShape shape, GraphValue input, GraphValue output)
    : Operation(name)
{
    public override string Kind => "depthwise";

    internal override IEnumerable<GraphValue> Reads => [input];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var (plan, isNew) = context.Depthwises.Get((kernel, shape), () => context.Require(this, kernel.Supports(context.Device, shape), () => kernel.Plan(context.Device, shape)));
        var (weights, added) = (context.Weights.Float32(windows), context.Weights.Float32(bias));
        return new PlannedNode(this, run => plan.Run(run.Matrix(input), weights, added, run.Matrix(output)))
        {
            Kernel = kernel.Declaration.Name,
            WeightBytes = weights.Buffer.ByteLength + added.Buffer.ByteLength,
            WorkspaceBytes = isNew ? plan.WorkspaceBytes : 0,
        };
    }
}
