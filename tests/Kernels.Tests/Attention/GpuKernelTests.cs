using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

/// <summary>What the generated kernels become on NVIDIA GPUs, as far as it can be seen without one.</summary>
public sealed class GpuKernelTests
{
    private static readonly AttentionKernel[] Kernels =
    [
        AttentionKernels.Causal20, AttentionKernels.Causal256, AttentionKernels.Checkered24, AttentionKernels.Windowed64, AttentionKernels.Anchor64,
    ];

    [Theory]
    [InlineData(8, 0)]
    [InlineData(9, 0)]
    public void Every_kernel_compiles_for_cuda_and_keeps_its_tiles_in_registers(int major, int minor)
    {
        using var compiler = new PtxCompiler(major, minor);
        foreach (var source in Kernels.SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda)).DistinctBy(source => source.Method.Method))
        {
            var ptx = compiler.Compile(source);
            Assert.DoesNotContain(".local", ptx);
            if (!PtxCompiler.CanAssemble) continue;
            var usage = compiler.Assemble(ptx, source.Name);
            Assert.True(usage.SpillBytes == 0, $"{source.Name} spills {usage.SpillBytes} bytes");
            Assert.Equal(source.SharedBytes, usage.SharedBytes);
        }
    }
}
