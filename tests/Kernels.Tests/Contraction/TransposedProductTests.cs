using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction;

/// <summary>Packed weights that lead from outputs back to inputs.</summary>
public sealed class TransposedProductTests
{
    public static TheoryData<string, int> Processors { get; } =
        [.. from format in GroupedProduct.Formats.Keys.Append("dense") from bits in new[] { 128, 256, 512 } select (format, bits)];

    [Theory]
    [MemberData(nameof(Processors))]
    public void Stored_weights_lead_back(string format, int vectorBits)
    {
        using var device = CpuDevice.Emulating(2, vectorBits);
        if (format != "dense")
        {
            new GroupedProduct(format).CheckTransposed(device, GroupedProduct.Storages, 1, 19);
            return;
        }

        foreach (var type in GroupedProduct.Storages)
            foreach (var kernel in new[] { Products.Dense, Products.DenseLeak })
            {
                var (inputs, outputs, rows) = (1037, 53, 9);
                var forward = new ProductCase(rows, inputs, outputs, type);
                var w = forward.Weights();
                using var weights = kernel.Pack(device, forward.Host(w, out _), type);
                using var plan = kernel.Plan(device, new MatMulShape(rows, inputs, outputs, type, Transposed: true));
                var back = new ProductCase(rows, outputs, inputs, type, Padding: 3) { Epilogue = kernel == Products.Dense ? null : x => 1 + (x < 0 ? x / 16 : x) };
                var x = back.Activations();
                var (stored, turned) = (forward.Stored(w), new float[w.Length]);
                for (var i = 0; i < w.Length; i++) turned[i % inputs * outputs + i / inputs] = stored[i];
                var expected = MatMulOracle.Multiply(x, turned, rows, outputs, inputs, back.Epilogue);
                Tolerance.AssertClose(expected, back.Run(device, plan, weights, x), ElementType.Float32, $"dense {type}, transposed");
            }
    }

    [Theory]
    [InlineData("4:16")]
    [InlineData("groups of 2")]
    public void Threads_change_no_bit(string format)
    {
        var (kernel, draw) = GroupedProduct.Formats[format];
        var matrix = draw(new Random(3));
        var problem = new ProductCase(40, matrix.Rows, matrix.Columns);
        Assert.Equal(Run(1), Run(3));

        float[] Run(int threads)
        {
            using var device = new CpuDevice(threads);
            using var weights = kernel.Pack(device, matrix);
            using var plan = kernel.Plan(device, new MatMulShape(40, matrix.Columns, matrix.Rows, Transposed: true));
            return problem.Run(device, plan, weights, problem.Activations());
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var device = new CpuDevice(1);
        var random = new Random(5);
        using var single = Products.Unstructured.Pack(device, RandomSparse.Blocks(6, 20, 1, 1, 0.5, random));
        using var plan = Products.GroupsOfTwo.Plan(device, new MatMulShape(1, 20, 6, Transposed: true));
        using var buffer = device.Allocate(1024);
        Tensor outputs = Tensor.Matrix(buffer, ElementType.Float32, 1, 6), inputs = Tensor.Matrix(buffer, ElementType.Float32, 1, 20, 16);
        Refused("groups of 1", () => plan.Run(outputs, single, inputs));
        Refused("Float32[rows, 6] was planned", () => plan.Run(inputs, single, outputs));
        using var gpu = TestDevices.Open("simulator");
        Refused("on the processor alone; elsewhere pack the transpose", () => Products.Dense.Plan(gpu, new MatMulShape(1, 20, 6, Transposed: true)));
        Refused("on the processor alone", () => Products.Unstructured.Plan(gpu, new MatMulShape(1, 20, 6, Transposed: true)));

        static void Refused(string part, Action act) => Assert.Contains(part, Assert.Throws<KernelException>(act).Message);
    }
}
