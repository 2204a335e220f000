namespace Kernels.Scheduling;

/// <summary>Root-mean-square norm of rows, or of the heads in them.</summary>
public sealed class RmsNormOperation : Operation
{
    private readonly ValueSlice _input, _output;
    private readonly Weight _weight;
    private readonly float _epsilon;
    private readonly int _heads;

    internal RmsNormOperation(string name, ValueSlice input, Weight weight, float epsilon, ValueSlice output, int heads) : base(name)
    {
        _input = input;
        _weight = weight;
        _epsilon = epsilon;
        _output = output;
        _heads = heads;
    }

    /// <inheritdoc/>
    public override string Kind => "rms norm";

    internal override IEnumerable<GraphValue> Reads => [_input.Value];

    internal override GraphValue Writes => _output.Value;

    internal override PlannedNode Plan(PlanningContext context)
    {
        var weight = context.Weights.Float32(_weight);
        return new PlannedNode(this, run => context.Device.Layers.RmsNorm(run.Heads(_input, _heads), weight, _epsilon, run.Heads(_output, _heads)))
        {
            WeightBytes = weight.Buffer.ByteLength,
        };
    }
}
