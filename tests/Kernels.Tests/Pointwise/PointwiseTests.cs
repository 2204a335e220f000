using Kernels.Testing;
using Xunit;

namespace Kernels.Tests;

public sealed partial class PointwiseTests
{
    [GroupPointwise(GroupRows = 1)]
    public static partial PointwiseKernel Unstructured { get; }

    [GroupPointwise(GroupRows = 2)]
    public static partial PointwiseKernel Pairs { get; }

    [GroupPointwise]
    public static partial PointwiseKernel Fours { get; }

    [GroupPointwise(GroupRows = 8)]
    public static partial PointwiseKernel Eights { get; }

    public static TheoryData<int, int, int> Cases => [.. from bits in new[] { 128, 256, 512 } from threads in new[] { 1, 3 } from rows in new[] { 1, 2, 4, 8 } select (bits, threads, rows)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_are_those_of_the_dense_product(int vectorBits, int threads, int groupRows)
    {
        using var device = CpuDevice.Emulating(threads, vectorBits);
        var kernel = Kernel(groupRows);
        var lanes = vectorBits / 32;
        foreach (var (outputs, inputs, density) in new[] { (8, 1, 1.0), (24, 33, 0.3), (40, 20, 0.05), (16, 64, 0.9) })
        {
            var (dense, mask) = GroupedWeights.Draw(outputs + inputs, outputs, inputs, groupRows, density);
            using var weights = kernel.Pack(device, BlockMatrix.Pack(dense, mask, groupRows, 1));
            var plan = kernel.Plan(device, new PointwiseShape(inputs, outputs, 400));
            foreach (var pixels in new[] { lanes, lanes + 1, 2 * lanes - 1, 3 * lanes, 5 * lanes + 3, 49, 196, 400 })
            {
                if (pixels < lanes) continue;
                var x = RandomValues.Normal(pixels, inputs * pixels);
                using var input = new GuardedTensor(device, ElementType.Float32, inputs, pixels, gap: 5);
                using var output = new GuardedTensor(device, ElementType.Float32, outputs, pixels, gap: 3);
                input.Write(x);
                plan.Run(input.Tensor, weights, output.Tensor);
                var transposed = new float[x.Length];
                for (var i = 0; i < x.Length; i++) transposed[i % pixels * inputs + i / pixels] = x[i];
                var expected = MatMulOracle.Multiply(dense, transposed, outputs, inputs, pixels);
                Tolerance.AssertClose(expected, output.Read("output"), ElementType.Float32, $"{outputs}×{inputs}×{pixels}");
            }
        }
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        var (dense, mask) = GroupedWeights.Draw(1, 64, 100, 4, 0.4);
        var packed = BlockMatrix.Pack(dense, mask, 4, 1);
        var x = RandomValues.Normal(2, 100 * 123);
        var results = new[] { 1, 2, 5 }.Select(threads =>
        {
            using var device = new CpuDevice(threads);
            using var weights = Fours.Pack(device, packed);
            using var input = new GuardedTensor(device, ElementType.Float32, 100, 123);
            using var output = new GuardedTensor(device, ElementType.Float32, 64, 123);
            input.Write(x);
            Fours.Plan(device, new PointwiseShape(100, 64, 123)).Run(input.Tensor, weights, output.Tensor);
            return output.Read("output");
        }).ToArray();
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Arguments_that_do_not_fit_are_refused_before_a_write()
    {
        using var device = new CpuDevice(1);
        var (dense, mask) = GroupedWeights.Draw(1, 8, 6, 4, 0.5);
        using var weights = Fours.Pack(device, BlockMatrix.Pack(dense, mask, 4, 1));
        var plan = Fours.Plan(device, new PointwiseShape(6, 8, 50));
        using var input = new GuardedTensor(device, ElementType.Float32, 6, 50);
        using var output = new GuardedTensor(device, ElementType.Float32, 8, 50);
        using var wide = new GuardedTensor(device, ElementType.Float32, 8, 51);
        input.Write(RandomValues.Normal(1, 300));
        Refused("51", () => plan.Run(input.Tensor, weights, wide.Tensor));
        Refused("[6, pixels]", () => plan.Run(output.Tensor, weights, output.Tensor));
        Refused("no weights", () => plan.Run(input.Tensor, null!, output.Tensor));
        Refused("groups of 4", () => Fours.Pack(device, BlockMatrix.Pack(dense, mask, 2, 1)));
        Refused("10 outputs", () => Fours.Plan(device, new PointwiseShape(6, 10, 50)));
        Refused("3 pixels", () => Fours.Plan(device, new PointwiseShape(6, 8, 3)));
        Refused("no program", () => Fours.Plan(new NullDevice(), new PointwiseShape(6, 8, 50)));
        output.Read("output"); // guards untouched
    }

    private static PointwiseKernel Kernel(int groupRows) => groupRows switch
    {
        1 => Unstructured,
        2 => Pairs,
        4 => Fours,
        _ => Eights,
    };

    private static void Refused(string value, Action act) => Assert.Contains(value, Assert.Throws<KernelException>(act).Message);
}
