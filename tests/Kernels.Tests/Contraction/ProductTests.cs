using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction;

/// <summary>Products on every device, from one list of cases.</summary>
public sealed class ProductTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string, bool> DevicesAndFormats { get; } =
        [.. from device in new[] { "cpu", "opencl", "simulator", PtxDevices.Name } from sparse in new[] { false, true } select (device, sparse)];

    [Theory]
    [MemberData(nameof(DevicesAndFormats))]
    public void Agrees_with_the_oracle_for_every_storage_and_tail(string name, bool sparse)
    {
        var device = devices[name];
        foreach (var problem in ProductCases.Of(sparse, name)) problem.Check(device);
    }

    [Theory]
    [MemberData(nameof(DevicesAndFormats))]
    public void Epilogues_finish_every_output_once(string name, bool sparse)
    {
        var device = devices[name];
        foreach (var problem in ProductCases.WithEpilogue(sparse, name)) problem.Check(device);
    }

    [Theory]
    [MemberData(nameof(DevicesAndFormats))]
    public void A_plan_runs_any_rows_up_to_its_own_and_allocates_nothing(string name, bool sparse)
    {
        var device = devices[name];
        var largest = new ProductCase(name == "simulator" ? 6 : 70, 44, 40, ElementType.BFloat16, sparse);
        var (w, kernel) = (largest.Weights(), largest.Kernel);
        using var weights = kernel.Pack(device, largest.Host(w, out var bytes), ElementType.BFloat16);
        GC.KeepAlive(bytes);
        using var plan = kernel.Plan(device, new MatMulShape(largest.Rows, largest.Inputs, largest.Outputs, ElementType.BFloat16));
        var held = device.AllocatedBytes;
        foreach (var rows in new[] { 1, 2, largest.Rows })
        {
            var problem = largest with { Rows = rows };
            var x = problem.Activations();
            var expected = MatMulOracle.Multiply(x, sparse ? SemiStructuredOracle.Mask(w, problem.Inputs) : w, rows, problem.Inputs, problem.Outputs);
            Tolerance.AssertClose(expected, problem.Run(device, plan, weights, x), ElementType.Float32, $"{problem} on {name}");
        }

        Assert.Equal(held, device.AllocatedBytes);
    }

    [Theory]
    [MemberData(nameof(DevicesAndFormats))]
    public void Weights_are_replaced_in_place(string name, bool sparse)
    {
        var device = devices[name];
        var problem = new ProductCase(2, 36, 40, Sparse: sparse, Seed: 5);
        var (x, w) = (problem.Activations(), problem.Weights());
        using var weights = problem.Kernel.Pack(device, problem.Host(new float[w.Length], out _));
        using var plan = problem.Kernel.Plan(device, new MatMulShape(2, 36, 40));
        var held = device.AllocatedBytes;
        weights.Repack(problem.Host(w, out _));
        Assert.Equal(held, device.AllocatedBytes);
        var expected = MatMulOracle.Multiply(x, sparse ? SemiStructuredOracle.Mask(w, 36) : w, 2, 36, 40);
        Tolerance.AssertClose(expected, problem.Run(device, plan, weights, x), ElementType.Float32, $"repacked weights on {name}");
        Assert.Contains("[40, 36] matrix", Assert.Throws<KernelException>(() => weights.Repack((problem with { Inputs = 40 }).Host(new float[1600], out _))).Message);
    }

    [Fact]
    public void Lanes_refuse_scales_they_cannot_find()
    {
        var device = devices["simulator"];
        foreach (var (kernel, group) in new[] { (Products.Dense, 96), (Products.Dense, 4), (Products.TwoOfFour, 16) })
        {
            var error = Assert.Throws<KernelException>(
                () => kernel.Pack(device, HostMatrix.Quantized(new sbyte[192], 1, 192, new float[192 / group], group)));
            Assert.Contains($"{group} inputs share a scale", error.Message);
            Assert.Contains("pack as Float16", error.Message);
        }
    }

    [Theory]
    [MemberData(nameof(DevicesAndFormats))]
    public void Integers_keep_the_scales_they_come_with(string name, bool sparse)
    {
        var device = devices[name];
        foreach (var (type, group) in new[] { (ElementType.Int8, 64), (ElementType.Int8, 192), (ElementType.Int4, 32), (ElementType.Int4, 192) })
            new QuantizedCase(1, 192, 33, type, group, sparse).Check(device);
    }

    [Theory]
    [MemberData(nameof(DevicesAndFormats))]
    public void What_does_not_fit_is_refused_before_launch(string name, bool sparse)
    {
        var device = devices[name];
        var problem = new ProductCase(2, 8, 8, Sparse: sparse);
        var other = problem with { Sparse = !sparse, Kernel = sparse ? Products.Dense : Products.TwoOfFour };
        using var foreign = other.Kernel.Pack(device, other.Host(other.Weights(), out _));
        using var weights = problem.Kernel.Pack(device, problem.Host(problem.Weights(), out _));
        using var plan = problem.Kernel.Plan(device, new MatMulShape(2, 8, 8));
        using var buffer = device.Allocate(1024);
        var (input, output) = (Tensor.Matrix(buffer, ElementType.Float32, 2, 8), Tensor.Matrix(buffer, ElementType.Float32, 2, 8, 16));
        Assert.Contains("Pack the weights with this kernel", Refused(() => plan.Run(input, foreign, output)));
        Assert.Contains("not computed in place", Refused(() => plan.Run(input, weights, Tensor.Matrix(buffer, ElementType.Float32, 2, 8, 15))));
        Assert.Contains("rows do not overlap", Refused(() => plan.Run(input, weights, Tensor.Matrix(buffer, ElementType.Float32, 2, 8, 16, 7))));
        Assert.Contains("holds 1 to 2 rows", Refused(() => plan.Run(Tensor.Matrix(buffer, ElementType.Float32, 3, 8), weights, output)));
        plan.Run(input, weights, output);
    }

    private static string Refused(Action action) => Assert.Throws<KernelException>(action).Message;
}
