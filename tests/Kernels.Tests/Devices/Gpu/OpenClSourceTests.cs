using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.OpenCL;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>What drivers are handed as OpenCL C.</summary>
public sealed class OpenClSourceTests
{
    [Fact]
    public void A_kernel_has_the_same_text_whatever_was_compiled_before()
    {
        var sources = LayerSources.All.ToArray();
        Assert.Equal(Texts(sources), Texts(sources.Reverse()).Reverse());
    }

    [Fact]
    public void Barriers_order_local_memory()
    {
        var fenced = Texts(LayerSources.All).Where(text => text.Contains("work_group_barrier", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(fenced);
        Assert.All(fenced, text => Assert.DoesNotContain("barrier(CLK_GLOBAL_MEM_FENCE)", text));
    }

    private static string[] Texts(IEnumerable<GpuKernelSource> sources)
    {
        using var device = (IlgpuDevice)TestDevices.Open("opencl");
        var backend = ((CLAccelerator)device.Accelerator).Backend;
        return [.. sources.Select(source => ((CLCompiledKernel)GpuKernelCache.Compile(backend, source)).Source)];
    }
}
