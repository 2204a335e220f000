using System.Collections.Concurrent;

namespace Kernels.Testing.Ptx;

/// <summary>A parsed PTX module.</summary>
/// <remarks>
/// Covers the text ILGPU 1.5.3 writes and the tensor-core text of this project: PTX ISA 8.8 for sm_80, without textures, clusters,
/// recursion, indirect calls and atomics. An instruction or modifier outside that is an error when a kernel that holds it is launched.
/// </remarks>
public sealed class PtxModule
{
    private readonly ConcurrentDictionary<string, Program> _programs = new();
    private readonly string[] _lines;

    private PtxModule(string text, IReadOnlyList<Variable> variables, IReadOnlyDictionary<string, Function> functions)
    {
        _lines = text.Split('\n');
        Variables = variables;
        Functions = functions;
    }

    /// <summary>Names of the kernels.</summary>
    public IEnumerable<string> Entries => Functions.Values.Where(function => function.IsEntry).Select(function => function.Name);

    internal IReadOnlyList<Variable> Variables { get; }

    internal IReadOnlyDictionary<string, Function> Functions { get; }

    /// <summary>Parses a module.</summary>
    /// <exception cref="PtxException">The text is not PTX as covered here.</exception>
    public static PtxModule Parse(string text)
    {
        var (variables, functions) = new Parser(text).Module();
        return new(text, variables, functions);
    }

    internal Program Program(string entry) => _programs.GetOrAdd(entry, name =>
        Functions.TryGetValue(name, out var function) && function.IsEntry
            ? new Linker(this, function).Link()
            : throw new PtxException(0, $"the module holds no kernel {name}; it holds {string.Join(", ", Entries)}"));

    internal string Line(int number) => number >= 1 && number <= _lines.Length ? _lines[number - 1].Trim() : "";
}
