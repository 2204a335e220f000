namespace Kernels.Generators.Emission;

/// <summary>
/// One target's programs for a kernel, in a file and a class of their own named by a hash of the text: kernels that need the
/// same programs share them, so they are compiled once and reach the processor's caches as one.
/// </summary>
/// <param name="ClassName">Name of the class in <c>Kernels.Generated</c>.</param>
/// <param name="Text">The file.</param>
internal sealed record ProgramSet(string ClassName, string Text)
{
    /// <summary>The file's name.</summary>
    public string HintName => $"{ClassName}.g.cs";

    /// <summary>An expression that makes the programs.</summary>
    public string Create => $"global::Kernels.Generated.{ClassName}.Create()";

    /// <summary>Assembles the file.</summary>
    /// <param name="target">Beginning of the class name, such as <c>SimdAttention</c>.</param>
    /// <param name="type">What the programs derive from, as C# text.</param>
    /// <param name="names">Names of the program classes in order of preference.</param>
    /// <param name="write">Writes the classes.</param>
    public static ProgramSet Write(string target, string type, IEnumerable<string> names, Action<SourceWriter> write)
    {
        var body = new SourceWriter();
        body.Line($"public static {type}[] Create() => [{string.Join(", ", names.Select(name => $"new {name}()"))}];\n");
        write(body);
        var text = body.ToString();
        var name = $"{target}_{KernelFile.Hash(text):x16}";

        var file = new SourceWriter();
        KernelFile.Begin(file);
        using (file.Open("namespace Kernels.Generated"))
        {
            KernelFile.Sign(file);
            using (file.Open($"internal static unsafe class {name}")) file.Line(text.TrimEnd('\n'));
        }

        return new ProgramSet(name, file.ToString());
    }
}
