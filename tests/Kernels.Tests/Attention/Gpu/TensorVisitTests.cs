using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention.Gpu;

/// <summary>Attention on tensor cores beyond the problems of <see cref="AttentionCases"/>: what the kernels are made of.</summary>
public sealed class TensorVisitTests
{
    [Theory]
    [InlineData("sm_80")]
    [InlineData("sm_86")]
    [InlineData("sm_89")]
    [InlineData("sm_90")]
    public void A_tile_is_tensor_core_instructions_on_asynchronous_copies(string target)
    {
        if (!PtxAssembler.CanList) Assert.Skip("ptxas and cuobjdump are not on the PATH");
        var program = AttentionKernels.Causal128.Programs.OfType<GpuAttentionProgram>().Single();
        var listing = PtxAssembler.List(PtxCompiler.Compile(program.TensorSources(AttentionKernels.Causal128.Declaration).First()), target);

        // 16 rows × 64 keys × 128 channels a warp, twice, at 16 × 8 × 16 an instruction.
        Assert.Equal(2 * 64, listing.Count("HMMA"));

        // Eight slices of queries; 16 keys × 16 channels a load for keys and for values.
        Assert.Equal(8 + 2 * 32, listing.Count("LDSM"));
        Assert.True(listing.Count("LDGSTS") >= 3);
        Assert.Equal(0, listing.Count("LDL") + listing.Count("STL"));
    }

    [Fact]
    public void Rows_that_tensor_cores_cannot_reach_agree_on_plain_lanes_in_every_storage()
    {
        using var gpu = PtxDevices.Open();
        foreach (var problem in AttentionCases.StoragePairs) problem.Run(gpu);
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
}
