using System.Runtime.InteropServices;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction;

/// <summary>Packed weights that lead from outputs back to inputs.</summary>
public sealed class TransposedProductTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string, int> Processors { get; } =
        [.. from format in GroupedProduct.Formats.Keys.Append("dense") from bits in new[] { 128, 256, 512 } select (format, bits)];

    public static TheoryData<string, bool> Panels { get; } =
        [.. from device in new[] { "opencl", "simulator", PtxDevices.Name, "cuda" } from sparse in new[] { false, true } select (device, sparse)];

    // On the simulator a group of threads takes milliseconds, and has two inputs: matrices of few.
    public static TheoryData<string, string> Groups { get; } =
    [
        .. GroupedProduct.OnGpus.Where(item => item.Device != "simulator"),
        .. from format in new[] { "8:2:16", "everything", "groups of 8", "blocks of 32×32", "nothing" } select (format, "simulator"),
    ];

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
        {
            var problem = new ProductCase(9, 1037, 53, type, Padding: 3);
            problem.CheckTransposed(device);
            (problem with { Kernel = Products.DenseLeak, Epilogue = x => 1 + (x < 0 ? x / 16 : x) }).CheckTransposed(device);
        }
    }

    [Theory]
    [MemberData(nameof(Panels))]
    public void Panels_lead_back_on_gpus(string name, bool sparse)
    {
        var device = devices[name];
        foreach (var problem in ProductCases.Transposed(sparse, name)) problem.CheckTransposed(device);
        if (sparse) new GroupedProduct("2:4").CheckTransposed(device, [ElementType.Float32, ElementType.Int8], 1); // what is dropped meets no infinity
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Groups_lead_back_on_gpus(string format, string name)
    {
        using var device = TestDevices.Open(name);
        if (name == PtxDevices.Name) new GroupedProduct(format).CheckTransposed(device, GroupedProduct.Storages, 1, 6, 70);
        else new GroupedProduct(format).CheckTransposed(device, [GroupedProduct.OpenClStorages.GetValueOrDefault(format)], 1, 6, name == "simulator" ? 17 : 70);
    }

    [Theory]
    [InlineData("simulator")]
    [InlineData("opencl")]
    [InlineData("cuda")]
    public void Stored_inputs_are_sorted_once_and_held_with_the_weights(string name)
    {
        using var device = TestDevices.Open(name);
        var random = new Random(4);
        var (first, second) = (RandomSparse.Blocks(12, 40, 2, 1, 0.9, random), RandomSparse.Blocks(12, 40, 2, 1, 0.3, random));
        var weights = Products.GroupsOfTwo.Pack(device, first);
        using var plan = Products.GroupsOfTwo.Plan(device, new MatMulShape(2, 40, 12, Transposed: true));
        var (packed, before) = (weights.ByteLength, device.AllocatedBytes);
        Compare(first);
        Assert.Equal(weights.ByteLength - packed, device.AllocatedBytes - before);
        Assert.True(weights.ByteLength > packed);
        var held = device.AllocatedBytes;
        var values = second.Densify();
        weights.Repack(new HostMatrix(MemoryMarshal.AsBytes(values.AsSpan()), ElementType.Float32, 12, 40) { Mask = second.Mask() });
        Compare(second);
        Assert.Equal(held, device.AllocatedBytes);
        weights.Dispose();
        Assert.Equal(before - packed, device.AllocatedBytes);

        void Compare(SparseMatrix matrix)
        {
            var problem = new ProductCase(2, 12, 40);
            var (x, turned, w) = (problem.Activations(), new float[12 * 40], matrix.Densify());
            for (var i = 0; i < w.Length; i++) turned[i % 40 * 12 + i / 40] = w[i];
            var y = problem.Run(device, plan, weights, x);
            Tolerance.AssertClose(MatMulOracle.Multiply(x, turned, 2, 12, 40), y, ElementType.Float32, name);
            Assert.Equal(y, problem.Run(device, plan, weights, x));
        }
    }

    [Fact]
    public void A_capture_does_not_sort_stored_inputs()
    {
        using var device = PtxDevices.Open();
        var matrix = RandomSparse.Blocks(12, 40, 2, 1, 0.5, new Random(6));
        using var weights = Products.GroupsOfTwo.Pack(device, matrix);
        using var plan = Products.GroupsOfTwo.Plan(device, new MatMulShape(1, 40, 12, Transposed: true));
        using var buffer = device.Allocate(1024);
        void Run() => plan.Run(Tensor.Matrix(buffer, ElementType.Float32, 1, 12), weights, Tensor.Matrix(buffer, ElementType.Float32, 1, 40, 16));
        Assert.Contains("Do it before the capture", Assert.Throws<InvalidOperationException>(() => device.Capture(Run)).Message);
        Run();
        device.Capture(Run).Dispose();
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

        using var gpu = TestDevices.Open(PtxDevices.Name);
        using var pairs = Products.GroupsOfTwo.Plan(gpu, new MatMulShape(1, 20, 6, Transposed: true));
        using var dense = Products.Dense.Plan(gpu, new MatMulShape(1, 20, 6, Transposed: true));
        using var singles = Products.Unstructured.Pack(gpu, RandomSparse.Blocks(6, 20, 1, 1, 0.5, random));
        using var memory = gpu.Allocate(1024);
        (outputs, inputs) = (Tensor.Matrix(memory, ElementType.Float32, 1, 6), Tensor.Matrix(memory, ElementType.Float32, 1, 20, 16));
        Refused("groups of 1", () => pairs.Run(outputs, singles, inputs));
        Refused("GpuGroupWeights", () => dense.Run(outputs, singles, inputs));
        Refused("Float32[rows, 6] was planned", () => dense.Run(inputs, singles, outputs));
        Refused("Float32 inputs need none, or pack the transpose", () => Products.Dense.Plan(
            gpu, new MatMulShape(1, 20, 6, ElementType.BFloat16, ElementType.BFloat16, ElementType.BFloat16, Transposed: true)));

        static void Refused(string part, Action act) => Assert.Contains(part, Assert.Throws<KernelException>(act).Message);
    }
}
