namespace Kernels.Scheduling;

/// <summary>A convolution, with the residual added before its epilogue where there is one.</summary>
internal sealed class ConvolutionOperation(
    string name, ConvolutionKernel kernel, ConvolutionFilters filters, ConvolutionShape shape, GraphValue input, GraphValue? residual, GraphValue output)
    : Operation(name)
{
    public override string Kind => "convolution";

    internal override IEnumerable<GraphValue> Reads => residual is null ? [input] : [input, residual];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var (plan, isNew) = context.Convolutions.Get((kernel, shape), () => context.Require(this, kernel.Supports(context.Device, shape), () => kernel.Plan(context.Device, shape)));
        var weights = context.Weights.Packed(kernel, filters);
        return new PlannedNode(this, run => plan.Run(run.Matrix(input), weights, run.Matrix(output), residual is null ? default : run.Matrix(residual)))
        {
            Kernel = kernel.Declaration.Name,
            WeightBytes = weights.ByteLength,
            WorkspaceBytes = isNew ? plan.WorkspaceBytes : 0,
        };
    }
}
