using Kernels.Generators.Emission;

namespace Kernels.Generators.Targets.Cuda;

/// <summary>PTX inside a kernel's C#.</summary>
/// <remarks>
/// Registers declared outside braces live to the end of the kernel and later text uses them by name. Values never return
/// to C#: ILGPU would move them through local memory, where they stay in kernels with asynchronous copies.
/// </remarks>
internal static class InlinePtx
{
    /// <summary>Writes <paramref name="lines"/>, in which %0, %1, … stand for C# <paramref name="arguments"/>.</summary>
    public static void Emit(SourceWriter writer, IEnumerable<string> lines, params string[] arguments)
    {
        var end = string.Concat(arguments.Select(argument => $", {argument}")) + ");";
        var text = lines.ToArray();
        if (text.Length == 1)
        {
            writer.Line($"global::ILGPU.Runtime.Cuda.CudaAsm.Emit(\"{text[0]}\"{end}");
            return;
        }

        writer.Line("global::ILGPU.Runtime.Cuda.CudaAsm.Emit(\"\"\"");
        foreach (var line in text) writer.Line($"    {line}");
        writer.Line($"    \"\"\"{end}");
    }

    /// <summary>Writes lines whose registers are their own.</summary>
    public static void EmitScope(SourceWriter writer, IEnumerable<string> lines, params string[] arguments) =>
        Emit(writer, ["{", .. lines.Select(line => $"    {line}"), "}"], arguments);
}
