namespace Kernels.Scheduling;

/// <summary>The gated activation of a feed-forward layer.</summary>
public sealed class SwiGluOperation : Operation
{
    private readonly GraphValue _gateUp, _output;

    internal SwiGluOperation(string name, GraphValue gateUp, GraphValue output) : base(name)
    {
        _gateUp = gateUp;
        _output = output;
    }

    /// <inheritdoc/>
    public override string Kind => "swiglu";

    internal override IEnumerable<GraphValue> Reads => [_gateUp];

    internal override GraphValue Writes => _output;

    internal override PlannedNode Plan(PlanningContext context) =>
        new(this, run => context.Device.Layers.SwiGlu(run.Matrix(_gateUp), run.Matrix(_output)));
}
