namespace Kernels.Testing;

/// <summary>One product of 16-bit inputs and weights between guards of NaN.</summary>
/// <param name="Data">Shape and values; <see cref="ProductCase.WeightType"/> stores inputs and weights.</param>
/// <param name="OutputType">Storage of the result.</param>
public sealed record TensorProductCase(ProductCase Data, ElementType OutputType = ElementType.Float32)
{
    // Rows must begin at multiples of 16 bytes.
    private const int Step = 8;

    /// <summary>Runs on <paramref name="device"/> and compares.</summary>
    public void Check(Device device)
    {
        var (type, what) = (Data.WeightType, $"{this} on {device.Name}");
        var x = Array.ConvertAll(Data.Activations(), value => RandomValues.Round(value, type));
        var w = Data.Weights();
        using var input = new GuardedTensor(device, type, Data.Rows, Data.Inputs, (Step - Data.Inputs % Step) % Step + Step * Data.Padding);
        using var output = new GuardedTensor(device, OutputType, Data.Rows, Data.Outputs, Data.Padding);
        input.Write(x);

        using var weights = Data.Kernel.Pack(device, Data.Host(w, out var bytes), type, type);
        GC.KeepAlive(bytes);
        using var plan = Data.Kernel.Plan(device, new MatMulShape(Data.Rows + 5, Data.Inputs, Data.Outputs, type, type, OutputType));
        plan.Run(input.Tensor, weights, output.Tensor);

        var kept = Data.Sparse ? SemiStructuredOracle.Mask(w, Data.Inputs) : w;
        var expected = MatMulOracle.Multiply(x, kept, Data.Rows, Data.Inputs, Data.Outputs, Data.Epilogue);
        Tolerance.AssertClose(expected, output.Read(what), OutputType, what);
    }
}
