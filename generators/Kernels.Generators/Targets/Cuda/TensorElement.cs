namespace Kernels.Generators.Targets.Cuda;

/// <summary>A storage type that tensor cores multiply, with sums in fp32.</summary>
/// <param name="Name">Member of <c>Kernels.ElementType</c>.</param>
/// <param name="Ptx">The type in PTX.</param>
internal sealed record TensorElement(string Name, string Ptx)
{
    public static readonly TensorElement Float16 = new("Float16", "f16");
    public static readonly TensorElement BFloat16 = new("BFloat16", "bf16");

    public static IReadOnlyList<TensorElement> All { get; } = [Float16, BFloat16];
}
