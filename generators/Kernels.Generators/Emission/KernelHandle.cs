using Kernels.Generators.Specs;

namespace Kernels.Generators.Emission;

/// <summary>The field that holds a kernel, or a family of them: what was declared, and the programs of every target.</summary>
internal static class KernelHandle
{
    /// <summary>Writes the field of a kernel.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="spec">The kernel.</param>
    /// <param name="kind">Beginning of the names of its types, such as <c>MatMul</c>.</param>
    /// <param name="epilogue">What is applied to every output, or null.</param>
    /// <param name="programs">Its programs.</param>
    /// <param name="fields">What else the declaration says, as C# text.</param>
    public static void Write(
        SourceWriter writer, KernelSpec spec, string kind, UserMethodSpec? epilogue, IEnumerable<ProgramSet> programs, params string[] fields)
    {
        writer.Line($"internal static readonly global::Kernels.{kind}Kernel Kernel =");
        WriteKernel(writer, spec, kind, Name(spec.Host), epilogue, programs, ";", fields);
    }

    /// <summary>Writes the field of a family.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="host">Where it was declared.</param>
    /// <param name="kind">Beginning of the names of its types, such as <c>Attention</c>.</param>
    /// <param name="sizes">Size of each member.</param>
    /// <param name="write">Writes a member, given its index and name, and a comma.</param>
    public static void WriteFamily(SourceWriter writer, HostSpec host, string kind, IReadOnlyList<int> sizes, Action<int, string> write)
    {
        writer.Line($"internal static readonly global::Kernels.{kind}Family Kernel = new(");
        writer.Line($"    \"{Name(host)}\", [{string.Join(", ", sizes)}],");
        writer.Line("    [");
        for (var i = 0; i < sizes.Count; i++)
        {
            writer.Line("    static () =>");
            write(i, $"{Name(host)}[{sizes[i]}]");
        }

        writer.Line("    ]);");
    }

    /// <summary>Writes the expression that makes a kernel called <paramref name="name"/>, and <paramref name="end"/>.</summary>
    public static void WriteKernel(
        SourceWriter writer, KernelSpec spec, string kind, string name, UserMethodSpec? epilogue, IEnumerable<ProgramSet> programs, string end, params string[] fields)
    {
        writer.Line($"    new global::Kernels.{kind}Kernel(new global::Kernels.{kind}Declaration");
        writer.Line("    {");
        writer.Line($"        Name = \"{name}\", Hash = \"{KernelFile.Hash(spec)}\",");
        foreach (var field in fields) writer.Line($"        {field},");
        writer.Line($"        Epilogue = {(epilogue is null ? "null" : $"\"{epilogue.Name}\"")},");
        writer.Line("    },");
        writer.Line($"    [{string.Join(", ", programs.Select(program => $".. {program.Create}"))}]){end}");
    }

    private static string Name(HostSpec host) => $"{host.TypeName}.{host.PropertyName}";
}
