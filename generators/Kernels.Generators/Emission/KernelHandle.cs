using Kernels.Generators.Specs;

namespace Kernels.Generators.Emission;

/// <summary>The field that holds a kernel: what was declared, and the programs of every target.</summary>
internal static class KernelHandle
{
    /// <summary>Writes the field.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="spec">The kernel.</param>
    /// <param name="kind">Beginning of the names of its types, such as <c>MatMul</c>.</param>
    /// <param name="epilogue">What is applied to every output, or null.</param>
    /// <param name="programs">Its programs.</param>
    /// <param name="fields">What else the declaration says, as C# text.</param>
    public static void Write(
        SourceWriter writer, KernelSpec spec, string kind, UserMethodSpec? epilogue, IReadOnlyList<ProgramSet> programs, params string[] fields)
    {
        writer.Line($"internal static readonly global::Kernels.{kind}Kernel Kernel = new(");
        writer.Line($"    new global::Kernels.{kind}Declaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{spec.Host.TypeName}.{spec.Host.PropertyName}\", Hash = \"{KernelFile.Hash(spec)}\",");
        foreach (var field in fields) writer.Line($"        {field},");
        writer.Line($"        Epilogue = {(epilogue is null ? "null" : $"\"{epilogue.Name}\"")},");
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]);");
    }
}
