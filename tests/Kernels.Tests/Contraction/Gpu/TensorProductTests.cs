using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Contraction.Gpu;

/// <summary>Products on tensor cores: every variant assembles for every architecture and agrees with the oracle.</summary>
public sealed class TensorProductTests : IDisposable
{
    public static TheoryData<ElementType, bool> Variants => new()
    {
        { ElementType.Float16, false }, { ElementType.BFloat16, false }, { ElementType.Float16, true }, { ElementType.BFloat16, true },
    };

    private readonly Device _device = PtxDevices.Open();

    [Theory]
    [MemberData(nameof(Variants))]
    public void Tails_long_contractions_and_epilogues_agree_with_the_oracle(ElementType type, bool sparse)
    {
        foreach (var problem in ProductCases.Tensor(type, sparse)) problem.Check(_device);
        if (!sparse) new TensorProductCase(new ProductCase(9, 45, 12, type)).Check(_device);
    }

    [Theory]
    [InlineData(ElementType.Float16, false, "sm_80")]
    [InlineData(ElementType.BFloat16, true, "sm_80")]
    [InlineData(ElementType.Float16, true, "sm_86")]
    [InlineData(ElementType.BFloat16, false, "sm_86")]
    [InlineData(ElementType.Float16, false, "sm_89")]
    [InlineData(ElementType.BFloat16, true, "sm_89")]
    [InlineData(ElementType.Float16, true, "sm_90")]
    [InlineData(ElementType.BFloat16, false, "sm_90")]
    public void A_step_is_tensor_core_instructions_on_asynchronous_copies(ElementType type, bool sparse, string target)
    {
        if (!PtxAssembler.CanList) Assert.Skip("ptxas and cuobjdump are not on the PATH");
        var kernel = sparse ? Products.TwoOfFour : Products.Dense;
        var source = kernel.Programs.OfType<TensorMatMulProgram>().Single(program => program.Type == type).GpuSources(kernel.Declaration, GpuLowering.Cuda).First();
        var listing = PtxAssembler.List(PtxCompiler.Compile(source), target);

        // 4 × 4 tiles of 16 × 8 sums a warp; a dense step is two instructions deep, a sparse one a single one.
        Assert.Equal(sparse ? 16 : 32, listing.Count("HMMA"));
        Assert.Equal(sparse ? 16 : 0, listing.Count("HMMA.SP"));

        // A dense step reads 32 tokens × 32 inputs as two slices of two loads, a sparse one as four.
        Assert.Equal(4, listing.Count("LDSM"));

        // Weights and activations take two copies each of a thread, 2:4 weights one and a rest; the first stages have copies of their own.
        Assert.Equal(2 * 4, listing.Count("LDGSTS"));
        Assert.Equal(0, listing.Count("LDL") + listing.Count("STL"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Ordered_metadata_is_asked_for_where_the_instruction_set_has_it(bool ordered)
    {
        using var context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_90, ordered ? CudaInstructionSet.ISA_85 : CudaInstructionSet.ISA_84, null!);
        var kernel = Products.TwoOfFour;
        var source = kernel.Programs.OfType<TensorMatMulProgram>().First().GpuSources(kernel.Declaration, GpuLowering.Cuda).First();
        var ptx = ((PTXCompiledKernel)GpuKernelCache.Compile(backend, source)).PTXAssembly;
        Assert.Contains(ordered ? "mma.sp::ordered_metadata.sync" : "mma.sp.sync", ptx);
        Assert.DoesNotContain(ordered ? "mma.sp.sync" : "ordered_metadata", ptx);
    }

    [Fact]
    public void Rows_that_copies_cannot_reach_are_refused_before_anything_is_written()
    {
        const ElementType type = ElementType.BFloat16;
        using var input = new GuardedTensor(_device, type, 3, 64, 4);
        using var output = new GuardedTensor(_device, ElementType.Float32, 3, 16);
        using var weights = Products.Dense.Pack(_device, new HostMatrix(new byte[2 * 16 * 64], type, 16, 64), null, type);
        using var plan = Products.Dense.Plan(_device, new MatMulShape(3, 64, 16, type, type));
        var error = Assert.Throws<KernelException>(() => plan.Run(input.Tensor, weights, output.Tensor));
        Assert.Contains("rows must begin at multiples of 16 bytes", error.Message);
        Assert.All(output.Read("output"), value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void Weights_packed_for_other_inputs_are_refused()
    {
        const ElementType type = ElementType.Float16;
        using var input = new GuardedTensor(_device, type, 1, 32);
        using var output = new GuardedTensor(_device, ElementType.Float32, 1, 16);
        using var weights = Products.Dense.Pack(_device, new HostMatrix(new byte[2 * 16 * 32], type, 16, 32));
        using var plan = Products.Dense.Plan(_device, new MatMulShape(1, 32, 16, type, type));
        Assert.Contains("Pack the weights for Float16 inputs", Assert.Throws<KernelException>(() => plan.Run(input.Tensor, weights, output.Tensor)).Message);
    }

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Devices_without_tensor_cores_refuse_16_bit_inputs_with_a_reason()
    {
        var shape = new MatMulShape(4, 64, 64, ElementType.BFloat16, ElementType.BFloat16);
        using var cpu = new CpuDevice(1);
        using var simulator = SimulatorDevices.Open(GpuLowering.Cuda);
        foreach (var device in new Device[] { cpu, simulator })
        {
            var support = Products.Dense.Supports(device, shape);
            Assert.False(support.IsSupported);
            Assert.Contains("Float32", support.Reason);
            Assert.Throws<KernelException>(() => Products.Dense.Plan(device, shape));
            Assert.True(Products.Dense.Supports(device, shape with { InputType = ElementType.Float32 }).IsSupported);
        }

        using var turing = PtxDevices.Open(capability: CudaArchitecture.SM_75);
        Assert.Contains(
            "need tensor cores of compute capability 8.0 and cuda has 7.5; Float32 inputs need none", Products.Dense.Supports(turing, shape).Reason);
        Assert.True(Products.Dense.Supports(turing, shape with { InputType = ElementType.Float32 }).IsSupported);
        Assert.Contains("tensor cores", Products.Dense.Supports(simulator, shape).Reason);
        Assert.Contains("tensor cores", Products.Dense.Supports(simulator, shape with { WeightType = ElementType.Float16 }).Reason);
    }
}
