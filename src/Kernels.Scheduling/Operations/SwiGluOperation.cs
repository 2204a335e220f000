namespace Kernels.Scheduling;

/// <summary>The gated activation of a feed-forward layer.</summary>
internal sealed class SwiGluOperation(string name, GraphValue gateUp, GraphValue output)
    : Operation(name)
{
    public override string Kind => "swiglu";

    internal override IEnumerable<GraphValue> Reads => [gateUp];

    internal override GraphValue Writes => output;

    internal override PlannedNode Plan(PlanningContext context) =>
        new(this, run => context.Device.Layers.SwiGlu(run.Matrix(gateUp), run.Matrix(output)));
}
