using System.Text;
using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Devices.Gpu;

/// <summary>Writes perf/gpu/RESOURCES.md: what every CUDA kernel takes of a multiprocessor, read from its machine code.</summary>
/// <remarks>Run by name with <c>-explicit only</c>; see the page for the command.</remarks>
public sealed class ResourceTable
{
    private static readonly string[] Opcodes = ["HMMA", "FFMA", "LDSM", "LDS", "STS", "LDGSTS", "LDG", "STG", "MUFU", "SHFL", "BAR"];

    [Fact(Explicit = true)]
    public void Write()
    {
        if (!PtxAssembler.CanList) Assert.Skip("ptxas and cuobjdump are not on the PATH");
        var page = new StringBuilder("""
            # What CUDA kernels take of a multiprocessor
            Read from machine code of ptxas (CUDA 11.8), which assembles without a GPU; nothing here was executed. Registers are those of sm_80, shared
            memory is bytes of a group, *declared* how many groups the kernel is cut for, *groups* how many a multiprocessor of sm_80, 86, 89 and 90
            holds at once, and the rest instructions in the text of sm_80 (inside and outside loops). *Spills* are bytes of stack and of registers stored
            and loaded, on the worst of the four; tests keep them at 0.

            Written by:
            ```
            dotnet run -c Release --project tests/Kernels.Tests -- -explicit only -class Kernels.Tests.Devices.Gpu.ResourceTable
            ```


            """.ReplaceLineEndings("\n"));
        Line(page, ["kernel", "threads", "registers", "spills", "shared", "declared", "groups", "instructions", .. Opcodes]);
        Line(page, Enumerable.Repeat("---", 1).Concat(Enumerable.Repeat("---:", 7 + Opcodes.Length)));
        foreach (var (kernel, source) in CudaKernels.All)
        {
            var ptx = PtxCompiler.Compile(source);
            var usages = Multiprocessor.All.Select(processor => PtxAssembler.Assemble(ptx, processor.Target)).ToArray();
            var listing = PtxAssembler.List(ptx, Multiprocessor.All[0].Target);
            Line(page,
            [
                $"{kernel}: {source.Name[(source.Name.IndexOf(':') + 1)..].Trim()}", $"{source.Threads}", $"{usages[0].Registers}",
                $"{usages.Max(usage => usage.StackBytes + usage.SpillBytes)}", $"{source.SharedBytes}", $"{source.Groups ?? 1}",
                string.Join(" ", Multiprocessor.All.Zip(usages, (processor, usage) => processor.Resident(source, usage))), $"{listing.Total}",
                .. Opcodes.Select(opcode => $"{listing.Count(opcode)}"),
            ]);
        }

        var folder = Path.Combine(Root(), "perf", "gpu");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "RESOURCES.md"), page.ToString());
    }

    private static void Line(StringBuilder page, IEnumerable<string> cells) => page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Kernels.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
