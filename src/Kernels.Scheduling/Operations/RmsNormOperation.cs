namespace Kernels.Scheduling;

/// <summary>Root-mean-square norm of rows, or of the heads in them.</summary>
internal sealed class RmsNormOperation(string name, ValueSlice input, Weight weight, float epsilon, ValueSlice output, int heads)
    : Operation(name)
{
    public override string Kind => "rms norm";

    internal override IEnumerable<GraphValue> Reads => [input.Value];

    internal override GraphValue Writes => output.Value;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var tensor = context.Weights.Float32(weight);
        return new PlannedNode(this, run => context.Device.Layers.RmsNorm(run.Heads(input, heads), tensor, epsilon, run.Heads(output, heads)))
        {
            WeightBytes = tensor.Buffer.ByteLength,
        };
    }
}
