using Kernels.Catalog;

namespace Kernels.Gpu.Rows;

/// <summary>A product of activations by weights.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Rows">Activation rows.</param>
/// <param name="Inputs">Columns of the activations.</param>
/// <param name="Outputs">Columns of the result.</param>
/// <param name="Type">Storage of the weights.</param>
/// <param name="InputType">Storage of the activations, and of the result.</param>
/// <param name="Sparse">Whether weights are 2:4.</param>
internal sealed record ProductRow(
    string Name, int Rows, int Inputs, int Outputs, ElementType Type, ElementType InputType, bool Sparse, params RowTarget[] Targets)
    : GpuRow(Name, Rows == 1 ? RowLimit.Memory : RowLimit.Compute, Targets)
{
    private const int Sets = 2;

    public override string Description => $"{Rows} × {Inputs} × {Outputs}, {Type} weights{(Sparse ? " 2:4" : "")}, {InputType} inputs";

    public override IReadOnlyDictionary<string, object> Shape => new Dictionary<string, object>
    {
        ["kind"] = "product", ["rows"] = Rows, ["inputs"] = Inputs, ["outputs"] = Outputs, ["type"] = Type == ElementType.BFloat16 ? "bfloat16" : "float16",
        ["sparse"] = Sparse,
    };

    protected override PreparedRow Prepare(Device device)
    {
        var kernel = Sparse ? Projections.TwoOfFour : Projections.Dense;
        var shape = new MatMulShape(Rows, Inputs, Outputs, Type, InputType, InputType);
        var plan = kernel.Plan(device, shape);
        var prepared = new PreparedRow { Run = _ => { } };
        prepared.Keep(plan);
        try
        {
            var data = RandomData.Normal((long)Inputs * Outputs, Type, 1);
            var sets = Enumerable.Range(0, Sets).Select(set => (
                Weights: prepared.Keep(kernel.Pack(device, new HostMatrix(data, Type, Outputs, Inputs), Type, InputType)),
                Input: Matrix(prepared, device, Inputs), Output: Matrix(prepared, device, Outputs))).ToArray();
            if (InputType != ElementType.Float32)
                foreach (var set in sets) set.Input.Buffer.CopyFrom(RandomData.Normal((long)Rows * Inputs, InputType, 2));
            prepared.Run = set => plan.Run(sets[set % Sets].Input, sets[set % Sets].Weights, sets[set % Sets].Output);
            prepared.Operations = () => 2.0 * Rows * Inputs * Outputs / (Sparse ? 2 : 1);
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
