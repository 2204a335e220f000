using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>Every kernel an NVIDIA GPU could be asked to run compiles, and assembles for the architecture with the least room and for the last; no GPU is needed.</summary>
/// <remarks><see cref="ResourceTable"/> has all of them.</remarks>
public sealed class CudaCompilationTests
{
    // What assembles is a process; more at a time would keep other tests from running.
    private static readonly ParallelOptions AtATime = new() { MaxDegreeOfParallelism = 2 };

    private static readonly Multiprocessor[] Assembled = [Multiprocessor.All.MinBy(processor => processor.SharedBytes)!, Multiprocessor.All[^1]];

    public static TheoryData<string> Kernels => [.. CudaKernels.Names];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_leaves_the_registers_and_the_groups_that_are_declared_fit(string kernel)
    {
        var sources = CudaKernels.Of(kernel);
        Assert.All(sources, source => CheckText(source, PtxCompiler.Compile(source)));
        if (!PtxAssembler.IsPresent) return;
        Parallel.ForEach(from source in sources from processor in Assembled select (source, processor), AtATime, pair =>
        {
            var (source, processor) = pair;
            var usage = PtxAssembler.Assemble(PtxCompiler.Compile(source), processor.Target);
            var what = $"{source.Name} on {processor.Target}: {usage}";
            Assert.True(usage is { StackBytes: 0, SpillBytes: 0 }, what);
            Assert.True(usage.SharedBytes == (source.SharedAtLaunch ? 0 : source.SharedBytes), what);
            Assert.True(processor.Resident(source, usage) >= (source.Groups ?? 1), what);
        });
    }

    [Fact]
    public void The_text_for_one_architecture_is_the_text_for_all()
    {
        var sources = CudaKernels.Of("2:4 product with an epilogue").Concat(CudaKernels.Of("vertical-slash")).Concat(CudaKernels.Of("layers")).ToArray();
        var texts = Compile(CudaArchitecture.SM_80, sources);
        foreach (var later in new[] { CudaArchitecture.SM_86, CudaArchitecture.SM_89, CudaArchitecture.SM_90 }) Assert.Equal(texts, Compile(later, sources));
    }

    private static void CheckText(GpuKernelSource source, string ptx)
    {
        Assert.DoesNotContain(".local", ptx);
        Assert.True(source.SharedAtLaunch || source.SharedBytes <= 48 * 1024, $"{source.Name} declares {source.SharedBytes} bytes of shared memory");

        // Those on tensor cores name their shared memory at launch, and no other kernel multiplies matrices.
        foreach (var instruction in new[] { "mma.s", "ldmatrix.sync.aligned.", "cp.async.cg.shared.global ", "cp.async.commit_group", "cp.async.wait_group" })
            Assert.True(source.SharedAtLaunch == ptx.Contains(instruction, StringComparison.Ordinal), $"{source.Name}: {instruction}");
    }

    private static string[] Compile(CudaArchitecture architecture, IEnumerable<GpuKernelSource> sources)
    {
        using var context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, architecture, CudaInstructionSet.ISA_78, null!);
        return [.. sources.Select(source => ((PTXCompiledKernel)GpuKernelCache.Compile(backend, source)).PTXAssembly)];
    }
}
