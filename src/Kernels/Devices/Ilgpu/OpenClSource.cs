using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU.Backends.OpenCL;

namespace Kernels;

/// <summary>Mends the OpenCL C that ILGPU emits.</summary>
internal static partial class OpenClSource
{
    private const string GlobalFence = "CLK_GLOBAL_MEM_FENCE";
    private const string BothFences = "CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE";

    private static readonly FieldInfo Text =
        typeof(CLCompiledKernel).GetField($"<{nameof(CLCompiledKernel.Source)}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)
        ?? throw new MissingFieldException(nameof(CLCompiledKernel), nameof(CLCompiledKernel.Source));

    /// <summary>
    /// Makes barriers order local memory, and equal kernels equal text. ILGPU 1.5.3 emits <c>work_group_barrier(CLK_GLOBAL_MEM_FENCE)</c> alone,
    /// which by the OpenCL C 2.0 specification (6.13.8) orders only global memory.
    /// </summary>
    public static void Mend(CLCompiledKernel kernel) =>
        Text.SetValue(kernel, EmittedNames.Renumber(kernel.Source.Replace(GlobalFence, BothFences), Counted));

    [GeneratedRegex(@"\b(type_|L_)\d+")]
    private static partial Regex Counted { get; }
}
