using Kernels.Testing;
using Kernels.Tests.Contraction;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>Every kernel an NVIDIA GPU could be asked to run compiles for it; no GPU is needed.</summary>
public sealed class CudaCompilationTests
{
    // Stores and loads of a few loop variables around the tiles of wide heads; a tile that left the registers would be thousands.
    private const int MostSpilledBytes = 512;

    public static TheoryData<int, int> Architectures => new() { { 8, 0 }, { 9, 0 } };

    private static IEnumerable<GpuKernelSource> Sources =>
        new[] { Products.Dense, Products.TwoOfFour, Products.DenseSilu, Products.TwoOfFourLeak }.SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda))
            .Concat(new[]
                {
                    AttentionKernels.Causal20, AttentionKernels.Causal80, AttentionKernels.Causal128, AttentionKernels.Causal256,
                    AttentionKernels.Windowed64, AttentionKernels.Banded64, AttentionKernels.Anchor64,
                }
                .SelectMany(kernel => kernel.GpuSources(GpuLowering.Cuda)))
            .Concat(Selections)
            .Concat(LayerSources.All)
            .DistinctBy(source => source.Method.Method);

    // Every estimator and selector, with queries and keys of different storage.
    private static IEnumerable<GpuKernelSource> Selections =>
        new[]
            {
                AttentionKernels.PooledSimilar20, AttentionKernels.PooledOwn20, AttentionKernels.Antidiagonal20, AttentionKernels.Bounds20,
                AttentionKernels.VerticalSlash20,
            }
            .SelectMany(kernel => SelectionSources.Of<GpuFloat16, GpuBFloat16>(kernel.Declaration, kernel.Programs.OfType<GpuAttentionProgram>().Single()));

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_kernel_compiles_and_keeps_its_tile_in_registers(int major, int minor)
    {
        using var compiler = new PtxCompiler(major, minor);
        foreach (var source in Sources)
        {
            var ptx = compiler.Compile(source);
            Assert.DoesNotContain(".local", ptx);
            Assert.True(source.SharedAtLaunch || source.SharedBytes <= 48 * 1024, $"{source.Name} declares {source.SharedBytes} bytes of shared memory");
            if (!PtxCompiler.CanAssemble) continue;
            var usage = compiler.Assemble(ptx, source.Name);
            TestContext.Current.TestOutputHelper?.WriteLine($"{source.Name}: {usage}");
            Assert.True(usage.SpillBytes <= MostSpilledBytes, $"{source.Name}: {usage}");
            var declared = source.SharedAtLaunch ? 0 : source.SharedBytes;
            Assert.True(usage.SharedBytes == declared, $"{source.Name} declares {declared} bytes of shared memory and has {usage.SharedBytes}");
            Assert.True(usage.Registers * source.Threads <= 64 * 1024, $"{source.Name}: {usage}");
        }
    }
}
