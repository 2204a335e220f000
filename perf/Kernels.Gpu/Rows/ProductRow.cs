using Kernels.Perf.Rows;

namespace Kernels.Gpu.Rows;

/// <summary>A product of activations by weights.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Kernel">What multiplies.</param>
/// <param name="Pattern">Which weights are stored.</param>
/// <param name="Rows">Activation rows.</param>
/// <param name="Inputs">Columns of the activations.</param>
/// <param name="Outputs">Columns of the result.</param>
/// <param name="Type">Storage of the weights.</param>
/// <param name="InputType">Storage of the activations, and of the result.</param>
internal sealed record ProductRow(
    string Name, MatMulKernel Kernel, WeightPattern Pattern, int Rows, int Inputs, int Outputs, ElementType Type, ElementType InputType, params RowTarget[] Targets)
    : GpuRow(Name, Rows == 1 ? RowLimit.Memory : InputType == ElementType.Float32 ? RowLimit.Lanes : RowLimit.Compute, Targets)
{
    private const int Sets = 2;

    public override string Description => $"{Rows} × {Inputs} × {Outputs}, {Type} weights, {Pattern.Description}, {InputType} inputs";

    public override IReadOnlyDictionary<string, object> Shape => new Dictionary<string, object>
    {
        ["kind"] = "product", ["rows"] = Rows, ["inputs"] = Inputs, ["outputs"] = Outputs, ["type"] = $"{Type}".ToLowerInvariant(),
        ["sparse"] = Pattern == WeightPattern.Largest(2, 4),
    };

    protected override PreparedRow Prepare(Device device)
    {
        var shape = new MatMulShape(Rows, Inputs, Outputs, Type, InputType, InputType);
        var plan = Kernel.Plan(device, shape);
        var prepared = new PreparedRow { Run = _ => { } };
        prepared.Keep(plan);
        try
        {
            var stored = Type == ElementType.Float32 ? ElementType.BFloat16 : Type;
            var data = RandomData.Normal((long)Inputs * Outputs, stored, 1);
            var (mask, density) = Pattern.Choose(Outputs, Inputs);
            var sets = Enumerable.Range(0, Sets).Select(set => (
                Weights: prepared.Keep(Kernel.Pack(device, new HostMatrix(data, stored, Outputs, Inputs) { Mask = mask }, Type, InputType)),
                Input: Matrix(prepared, device, Inputs), Output: Matrix(prepared, device, Outputs))).ToArray();
            if (InputType != ElementType.Float32)
                foreach (var set in sets) set.Input.Buffer.CopyFrom(RandomData.Normal((long)Rows * Inputs, InputType, 2));
            prepared.Run = set => plan.Run(sets[set % Sets].Input, sets[set % Sets].Weights, sets[set % Sets].Output);
            prepared.Operations = () => 2.0 * density * Rows * Inputs * Outputs;
            prepared.Bytes = sets[0].Weights.ByteLength + (double)InputType.Size() * Rows * (Inputs + Outputs);
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private Tensor Matrix(PreparedRow prepared, Device device, int columns) =>
        Tensor.Matrix(prepared.Keep(device.Allocate((long)Rows * columns * InputType.Size())), InputType, Rows, columns);
}
