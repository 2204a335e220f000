using ILGPU.Runtime.Cuda;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention.Gpu;

/// <summary>What tensor cores cannot take is refused before anything is launched, or runs on plain lanes where the caller allows it.</summary>
public sealed class TensorCoreRefusalTests
{
    [Fact]
    public void A_device_below_8_0_is_refused()
    {
        using var old = PtxDevices.Open(capability: CudaArchitecture.SM_75);
        AssertRefused(old, AttentionKernels.Causal64, "needs compute capability 8.0 and cuda has 7.5");
    }

    [Fact]
    public void A_head_that_the_tile_cannot_take_is_refused()
    {
        using var device = PtxDevices.Open();
        AssertRefused(device, AttentionKernels.Causal20, "a multiple of 16 channels and the kernel has 20");
    }

    [Fact]
    public void Scores_that_a_user_modifies_are_refused()
    {
        using var device = PtxDevices.Open();
        AssertRefused(device, AttentionKernels.Windowed64, "the kernel modifies them");
    }

    [Fact]
    public void A_tile_beyond_shared_memory_is_refused()
    {
        using var device = PtxDevices.Open(sharedBytesAtLaunch: 64 * 1024);
        AssertRefused(device, AttentionKernels.Causal256, "needs 67584 bytes of shared memory and cuda has 65536");
    }

    [Theory]
    [InlineData("query", 1, 0, 0)]
    [InlineData("key", 0, 4, 0)]
    [InlineData("value", 0, 0, 1284)]
    public void Tensors_whose_rows_begin_anywhere_are_refused(string what, int offset, int gap, int batch)
    {
        using var device = PtxDevices.Open();
        var shape = new AttentionShape(1, 20, 20, 1, 1, 64, ElementType.Float16, ElementType.Float16);
        using var plan = AttentionKernels.Causal64.Plan(device, shape);
        using var allowed = AttentionKernels.Causal64.Plan(device, shape with { AllowPlainLanes = true });
        using var buffer = device.Allocate(1 << 16);
        var straight = Tensor.Heads(buffer, ElementType.Float16, 1, 20, 1, 64);
        var askew = Tensor.Heads(buffer, ElementType.Float16, 1, 20, 1, 64, offset, batchStride: batch, tokenStride: 64 + gap);
        Tensor Of(string name) => name == what ? askew : straight;
        var error = Assert.Throws<KernelException>(() => plan.Run(Of("query"), Of("key"), Of("value"), straight));
        Assert.StartsWith(what, error.Received);
        Assert.Contains("multiples of 16 bytes", error.Limit);
        Assert.Contains("AllowPlainLanes", error.Remedy);
        Assert.Equal(default, plan.Work);
        allowed.Run(Of("query"), Of("key"), Of("value"), straight);
        Assert.Equal(210, allowed.Work.Visited);
    }

    private static void AssertRefused(Device device, AttentionKernel kernel, string reason)
    {
        var shape = new AttentionShape(1, 20, 20, 1, 1, kernel.Declaration.HeadDim, ElementType.Float16, ElementType.Float16);
        var error = Assert.Throws<KernelException>(() => kernel.Plan(device, shape));
        Assert.Contains(reason, error.Limit);
        Assert.Contains("allow plain lanes with AttentionShape.AllowPlainLanes, or store Float32", error.Limit);
        Assert.Equal(0, device.AllocatedBytes);
        kernel.Plan(device, shape with { AllowPlainLanes = true }).Dispose();
        kernel.Plan(device, shape with { QueryType = ElementType.Float32, KeyType = ElementType.Float32 }).Dispose();
    }
}
