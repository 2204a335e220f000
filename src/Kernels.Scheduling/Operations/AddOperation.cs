namespace Kernels.Scheduling;

/// <summary>The sum of two values: a residual connection.</summary>
public sealed class AddOperation : Operation
{
    private readonly GraphValue _left, _right, _output;

    internal AddOperation(string name, GraphValue left, GraphValue right, GraphValue output) : base(name)
    {
        _left = left;
        _right = right;
        _output = output;
    }

    /// <inheritdoc/>
    public override string Kind => "add";

    internal override IEnumerable<GraphValue> Reads => [_left, _right];

    internal override GraphValue Writes => _output;

    internal override PlannedNode Plan(PlanningContext context) =>
        new(this, run => context.Device.Layers.Add(run.Matrix(_left), run.Matrix(_right), run.Matrix(_output)));
}
