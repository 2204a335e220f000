using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention.Gpu;

/// <summary>Attention on tensor cores beyond the problems of <see cref="AttentionCases"/>: what the kernels are made of.</summary>
public sealed class TensorVisitTests
{
    // Two groups of 128 threads share the 65,536 registers of a multiprocessor.
    private const int MostRegisters = 255;

    // What a launch may ask for on compute capability 8.6 and 8.9 (CUDA C++ Programming Guide, technical specifications).
    private const int LeastSharedBytes = 99 * 1024;

    private static readonly AttentionKernel[] Visited =
    [
        AttentionKernels.Causal80, AttentionKernels.Causal128, AttentionKernels.Causal256, AttentionKernels.Banded64, AttentionKernels.Indexed64,
    ];

    public static TheoryData<int, int> Architectures => new() { { 8, 0 }, { 8, 6 }, { 8, 9 }, { 9, 0 } };

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_variant_keeps_to_registers(int major, int minor)
    {
        using var compiler = new PtxCompiler(major, minor);
        foreach (var kernel in Visited)
        {
            var sources = Program(kernel).TensorSources(kernel.Declaration).ToArray();
            Assert.Equal(kernel == AttentionKernels.Indexed64 ? 8 : 4, sources.Length);
            foreach (var source in sources)
            {
                Assert.True(source.SharedBytes <= LeastSharedBytes, $"{source.Name} uses {source.SharedBytes} bytes of shared memory");
                var ptx = compiler.Compile(source);
                if (!PtxCompiler.CanAssemble) continue;
                var usage = compiler.Assemble(ptx, source.Name);
                Assert.True(usage is { StackBytes: 0, SpillBytes: 0, Registers: <= MostRegisters }, $"{kernel.Declaration.Name}, {source.Name}: {usage}");
            }
        }
    }

    [Fact]
    public void A_tile_is_tensor_core_instructions_on_asynchronous_copies()
    {
        if (!SassListing.CanList) Assert.Skip("ptxas and cuobjdump are not on the PATH");
        using var compiler = new PtxCompiler(8, 0);
        var listing = SassListing.Of(compiler.Compile(Program(AttentionKernels.Causal128).TensorSources(AttentionKernels.Causal128.Declaration).First()), "sm_80");

        // 16 rows × 64 keys × 128 channels a warp, twice, at 16 × 8 × 16 an instruction.
        Assert.Equal(2 * 64, listing.Count("HMMA"));

        // Eight slices of queries; 16 keys × 16 channels a load for keys and for values.
        Assert.Equal(8 + 2 * 32, listing.Count("LDSM"));
        Assert.True(listing.Count("LDGSTS") >= 3);
        Assert.Equal(0, listing.Count("LDL") + listing.Count("STL"));
    }

    [Fact]
    public void Sixteen_bit_elements_of_one_type_take_the_tensor_cores_and_others_plain_lanes()
    {
        using var gpu = (IlgpuDevice)PtxDevices.Open();
        using var simulator = SimulatorDevices.Open(GpuLowering.OpenCL);
        Assert.True(IsTensor(gpu, ElementType.Float16, ElementType.Float16));
        Assert.True(IsTensor(gpu, ElementType.BFloat16, ElementType.BFloat16));
        Assert.False(IsTensor(gpu, ElementType.Float32, ElementType.Float32));
        Assert.False(IsTensor(gpu, ElementType.Float16, ElementType.BFloat16));
        Assert.False(IsTensor(simulator, ElementType.Float16, ElementType.Float16));
    }

    private static bool IsTensor(IlgpuDevice device, ElementType query, ElementType key) =>
        GpuAttentionProgram.AsksForTensorCores(device, new AttentionShape(1, 1, 1, 1, 1, 64, query, key));

    private static GpuAttentionProgram Program(AttentionKernel kernel) => kernel.Programs.OfType<GpuAttentionProgram>().Single();
}
