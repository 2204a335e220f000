namespace Kernels.Scheduling;

/// <summary>A linear layer.</summary>
public sealed class ProductOperation : Operation
{
    private readonly MatMulKernel _kernel;
    private readonly Weight _weight;
    private readonly ValueSlice _input;
    private readonly GraphValue _output;

    internal ProductOperation(string name, MatMulKernel kernel, Weight weight, ValueSlice input, GraphValue output) : base(name)
    {
        _kernel = kernel;
        _weight = weight;
        _input = input;
        _output = output;
    }

    /// <inheritdoc/>
    public override string Kind => "product";

    internal override IEnumerable<GraphValue> Reads => [_input.Value];

    internal override GraphValue Writes => _output;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var shape = new MatMulShape(context.Rows(_output), _weight.Columns, _weight.Rows, _weight.Type);
        var (plan, isNew) = context.Products.Get((_kernel, shape), () => context.Require(this, _kernel.Supports(context.Device, shape), () => _kernel.Plan(context.Device, shape)));
        var weights = context.Weights.Packed(_kernel, _weight);
        return new PlannedNode(this, run => plan.Run(run.Matrix(_input), weights, run.Matrix(_output)))
        {
            Kernel = _kernel.Declaration.Name,
            WeightBytes = weights.ByteLength,
            WorkspaceBytes = isNew ? plan.WorkspaceBytes : 0,
        };
    }
}
