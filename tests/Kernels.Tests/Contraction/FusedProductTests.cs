using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction;

/// <summary>Bias, operand and epilogue of products on every device.</summary>
public sealed class FusedProductTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string, int> Processors { get; } =
        [.. from format in FusedProduct.Formats.Keys from bits in new[] { 128, 256, 512 } select (format, bits)];

    public static TheoryData<string, string> Gpus { get; } =
        [.. from device in new[] { "opencl", "simulator", PtxDevices.Name, "cuda" } from format in FusedProduct.Formats.Keys select (device, format)];

    public static TheoryData<string> TensorFormats { get; } = [.. FusedProduct.TensorFormats];

    [Theory]
    [MemberData(nameof(Processors))]
    public void Sums_are_finished_once_on_processors(string format, int vectorBits)
    {
        using var device = CpuDevice.Emulating(2, vectorBits);
        foreach (var problem in FusedProduct.Of(format))
        {
            problem.Check(device, 1, 4, 5, 67);
            if (!problem.HasBias) problem.CheckTransposed(device, 19);
        }
    }

    [Theory]
    [MemberData(nameof(Gpus))]
    public void Sums_are_finished_once_on_gpus(string name, string format)
    {
        var device = devices[name];
        foreach (var problem in FusedProduct.Of(format))
        {
            problem.Check(device, name == "simulator" ? [2] : [1, 3, 67]);
            if (problem.HasBias) continue;
            foreach (var rows in name == "simulator" ? new[] { 2 } : [2, 19]) problem.CheckTransposed(device, rows);
        }
    }

    [Theory]
    [MemberData(nameof(TensorFormats))]
    public void Sums_are_finished_once_on_tensor_cores(string format)
    {
        var device = devices[PtxDevices.Name];
        foreach (var problem in FusedProduct.Of(format))
        {
            problem.CheckTensor(device, ElementType.BFloat16, ElementType.BFloat16);
            problem.CheckTensor(device, ElementType.Float16, ElementType.Float32);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var device = new CpuDevice(1);
        var problem = new ProductCase(2, 8, 6);
        var w = problem.Weights();
        using var biased = Products.Dense.Pack(device, problem.Host(w, out _), bias: new float[6]);
        using var weights = Products.DenseGate.Pack(device, problem.Host(w, out _));
        using var plan = Products.DenseGate.Plan(device, new MatMulShape(2, 8, 6));
        using var back = Products.Dense.Plan(device, new MatMulShape(2, 8, 6, Transposed: true));
        using var buffer = device.Allocate(1024);
        Tensor inputs = Matrix(8, 0), outputs = Matrix(6, 64);
        Refused("5 biases", () => Products.Dense.Pack(device, problem.Host(w, out _), bias: new float[5]));
        Refused("a bias belongs to outputs", () => back.Run(outputs, biased, inputs));
        Refused("no operand", () => plan.Run(inputs, weights, outputs));
        Refused("Float32[rows, 6] was planned", () => plan.Run(inputs, weights, outputs, inputs));
        Refused("1 operand rows", () => plan.Run(inputs, weights, outputs, Tensor.Matrix(buffer, ElementType.Float32, 1, 6, 128)));
        Refused("overlaps a part of the operand", () => plan.Run(inputs, weights, outputs, Matrix(6, 65)));
        using var other = new CpuDevice(1);
        using var elsewhere = other.Allocate(1024);
        Refused("operand on", () => plan.Run(inputs, weights, outputs, Tensor.Matrix(elsewhere, ElementType.Float32, 2, 6)));
        plan.Run(inputs, weights, outputs, outputs);

        Tensor Matrix(int columns, long offset) => Tensor.Matrix(buffer, ElementType.Float32, 2, columns, offset);

        static void Refused(string part, Action act) => Assert.Contains(part, Assert.Throws<KernelException>(act).Message);
    }
}
