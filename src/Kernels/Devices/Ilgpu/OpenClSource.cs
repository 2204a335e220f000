using System.Reflection;
using ILGPU.Backends;
using ILGPU.Backends.OpenCL;

namespace Kernels;

/// <summary>Mends the OpenCL C that ILGPU emits.</summary>
internal static class OpenClSource
{
    private const string GlobalFence = "CLK_GLOBAL_MEM_FENCE";
    private const string BothFences = "CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE";

    private static readonly FieldInfo Text =
        typeof(CLCompiledKernel).GetField($"<{nameof(CLCompiledKernel.Source)}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(nameof(CLCompiledKernel), nameof(CLCompiledKernel.Source));

    /// <summary>
    /// Makes barriers order local memory. ILGPU 1.5.3 emits <c>work_group_barrier(CLK_GLOBAL_MEM_FENCE)</c> alone, which by
    /// the OpenCL C 2.0 specification (6.13.8) orders only global memory.
    /// </summary>
    public static void FenceLocalMemory(CompiledKernel kernel)
    {
        if (kernel is CLCompiledKernel compiled)
            Text.SetValue(compiled, compiled.Source.Replace(GlobalFence, BothFences));
    }
}
