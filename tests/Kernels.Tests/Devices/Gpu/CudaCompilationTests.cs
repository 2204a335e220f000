using Kernels.Testing;
using Kernels.Tests.Contraction;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>Every kernel an NVIDIA GPU could be asked to run compiles for it; no GPU is needed.</summary>
public sealed class CudaCompilationTests
{

    public static TheoryData<int, int> Architectures => new() { { 8, 0 }, { 9, 0 } };

    private static IEnumerable<GpuKernelSource> Sources =>
        new[] { Products.Dense, Products.TwoOfFour, Products.DenseSilu, Products.TwoOfFourLeak }.SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda))
            .Concat(new[] { AttentionKernels.Causal8, AttentionKernels.Causal20, AttentionKernels.Causal64, AttentionKernels.Causal128, AttentionKernels.Causal256, AttentionKernels.Full64, AttentionKernels.Anchor64, AttentionKernels.Anchor20 }
                .SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda)))
            .Concat(LayerSources.All);

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_kernel_compiles_and_assembles_without_spills(int major, int minor)
    {
        using var compiler = new PtxCompiler(major, minor);
        foreach (var source in Sources)
        {
            var ptx = compiler.Compile(source);
            Assert.True(source.SharedBytes <= 48 * 1024, $"{source.Name} declares {source.SharedBytes} bytes of shared memory");
            if (!PtxCompiler.CanAssemble) continue;
            var usage = compiler.Assemble(ptx, source.Name);
            TestContext.Current.TestOutputHelper?.WriteLine($"{source.Name}: {usage}");
            Assert.True(usage.SpillBytes == 0, $"{source.Name}: {usage}");
            Assert.True(usage.SharedBytes == source.SharedBytes, $"{source.Name} declares {source.SharedBytes} bytes of shared memory and has {usage.SharedBytes}");
            Assert.True(usage.Registers * source.Threads <= 64 * 1024, $"{source.Name}: {usage}");
        }
    }
}
