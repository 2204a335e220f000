using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>Mends the PTX that ILGPU emits.</summary>
internal static partial class PtxSource
{
    private static readonly FieldInfo Text =
        typeof(PTXCompiledKernel).GetField($"<{nameof(PTXCompiledKernel.PTXAssembly)}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(nameof(PTXCompiledKernel), nameof(PTXCompiledKernel.PTXAssembly));

    /// <summary>
    /// Strikes out what came after <paramref name="instructionSet"/>, and gives equal kernels equal text. <c>mma.sp::ordered_metadata</c> is PTX ISA 8.5;
    /// plain <c>mma.sp</c> gives the same result on positions in ascending order.
    /// </summary>
    public static void Mend(PTXCompiledKernel kernel, CudaInstructionSet instructionSet)
    {
        var text = instructionSet < CudaInstructionSet.ISA_85
            ? kernel.PTXAssembly.Replace("mma.sp::ordered_metadata", "mma.sp") : kernel.PTXAssembly;
        Text.SetValue(kernel, EmittedNames.Renumber(text, Counted));
    }

    // Parameters, as _query_140780, and labels.
    [GeneratedRegex(@"(?<![\w%$.])(_\w*?_|L_)\d+\b")]
    private static partial Regex Counted { get; }
}
