using System.Text;
using Kernels.Testing;
using Kernels.Tests.Contraction;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>Writes perf/gpu/RESOURCES.md: what every CUDA kernel takes of a multiprocessor, read from its machine code.</summary>
/// <remarks>Run by name with <c>-explicit only</c>; see the page for the command.</remarks>
public sealed class ResourceTable
{
    private static readonly string[] Opcodes = ["HMMA", "FFMA", "LDSM", "LDS", "STS", "LDGSTS", "LDG", "STG", "MUFU", "SHFL", "BAR"];

    private static IEnumerable<(string Kernel, GpuKernelSource Source)> Sources =>
    [
        .. Of("dense product", Products.Dense.GpuSources(GpuLowering.Cuda)), .. Of("2:4 product", Products.TwoOfFour.GpuSources(GpuLowering.Cuda)),
        .. Of("causal attention, 64 channels", AttentionKernels.Causal64.GpuSources(GpuLowering.Cuda)),
        .. Of("causal attention, 128 channels", AttentionKernels.Causal128.GpuSources(GpuLowering.Cuda)),
        .. Of("causal attention, 256 channels", TensorSources(AttentionKernels.Causal256)),
        .. Of("anchor attention, 64 channels", AttentionKernels.Anchor64.GpuSources(GpuLowering.Cuda)),
        .. Of("attention over an index, 64 channels", TensorSources(AttentionKernels.Indexed64)),
        .. Of("mean keys", Selection(AttentionKernels.PooledSimilar20)), .. Of("antidiagonal sums", Selection(AttentionKernels.Antidiagonal20)),
        .. Of("bounds of pages", Selection(AttentionKernels.Bounds20)), .. Of("vertical-slash", Selection(AttentionKernels.VerticalSlash20)),
    ];

    [Fact(Explicit = true)]
    public void Write()
    {
        if (!SassListing.CanList) Assert.Skip("ptxas and cuobjdump are not on the PATH");
        var page = new StringBuilder("""
            # What CUDA kernels take of a multiprocessor
            Read from machine code of ptxas (CUDA 11.8), which assembles without a GPU; nothing here was executed. Registers are those of sm_80, shared
            memory is bytes of a group, *groups* how many groups a multiprocessor of sm_80, 86, 89 and 90 holds at once, and the rest
            instructions in the text of sm_80 (inside and outside loops). *Spills* are bytes of registers stored and loaded on the worst of the four.

            Written by:
            ```
            dotnet run -c Release --project tests/Kernels.Tests -- -explicit only -class Kernels.Tests.Devices.Gpu.ResourceTable
            ```


            """.ReplaceLineEndings("\n"));
        Line(page, ["kernel", "threads", "registers", "spills", "shared", "groups", "instructions", .. Opcodes]);
        Line(page, Enumerable.Repeat("---", 1).Concat(Enumerable.Repeat("---:", 6 + Opcodes.Length)));
        var compilers = Multiprocessor.All.Select(processor => (processor, compiler: new PtxCompiler(processor.Target[3] - '0', processor.Target[4] - '0'))).ToArray();
        foreach (var (kernel, source) in Sources)
        {
            var ptx = compilers[0].compiler.Compile(source);
            var usages = compilers.Select(entry => entry.compiler.Assemble(ptx, source.Name)).ToArray();
            var listing = SassListing.Of(ptx, "sm_80");
            Line(page,
            [
                $"{kernel}: {source.Name[(source.Name.IndexOf(':') + 1)..].Trim()}", $"{source.Threads}", $"{usages[0].Registers}",
                $"{usages.Max(usage => usage.SpillBytes)}", $"{source.SharedBytes}",
                string.Join(" ", compilers.Select((entry, i) => entry.processor.Resident(source, usages[i]))), $"{listing.Total}",
                .. Opcodes.Select(opcode => $"{listing.Count(opcode)}"),
            ]);
        }

        foreach (var (_, compiler) in compilers) compiler.Dispose();
        var folder = Path.Combine(Root(), "perf", "gpu");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "RESOURCES.md"), page.ToString());
    }

    private static IEnumerable<GpuKernelSource> TensorSources(AttentionKernel kernel) => Program(kernel).TensorSources(kernel.Declaration);

    private static IEnumerable<GpuKernelSource> Selection(AttentionKernel kernel) =>
        SelectionSources.Of<GpuFloat32, GpuFloat32>(kernel.Declaration, Program(kernel));

    private static GpuAttentionProgram Program(AttentionKernel kernel) => kernel.Programs.OfType<GpuAttentionProgram>().Single();

    private static IEnumerable<(string, GpuKernelSource)> Of(string kernel, IEnumerable<GpuKernelSource> sources) => sources.Select(source => (kernel, source));

    private static void Line(StringBuilder page, IEnumerable<string> cells) => page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kernels.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
