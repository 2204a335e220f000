using System.Reflection;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>Fits PTX written in kernels to the instruction set it is compiled for.</summary>
internal static class PtxSource
{
    private static readonly FieldInfo Text =
        typeof(PTXCompiledKernel).GetField($"<{nameof(PTXCompiledKernel.PTXAssembly)}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(nameof(PTXCompiledKernel), nameof(PTXCompiledKernel.PTXAssembly));

    /// <summary>
    /// Strikes out what came later: <c>mma.sp::ordered_metadata</c> is PTX ISA 8.5. Plain <c>mma.sp</c> gives the same result on
    /// positions in ascending order.
    /// </summary>
    public static void FitInstructionSet(PTXCompiledKernel kernel, CudaInstructionSet instructionSet)
    {
        if (instructionSet < CudaInstructionSet.ISA_85)
            Text.SetValue(kernel, kernel.PTXAssembly.Replace("mma.sp::ordered_metadata", "mma.sp"));
    }
}
