using System.Text.RegularExpressions;

namespace Kernels.Testing;

/// <summary>The machine instructions of a kernel for NVIDIA GPUs.</summary>
/// <param name="text">What <c>cuobjdump -sass</c> prints.</param>
public sealed partial class SassListing(string text)
{
    private readonly string[] _opcodes = [.. Instruction().Matches(text).Select(match => match.Groups[1].Value)];

    /// <summary>All instructions.</summary>
    public int Total => _opcodes.Length;

    /// <summary>Instructions called <paramref name="opcode"/>, with or without modifiers after it.</summary>
    public int Count(string opcode) => _opcodes.Count(name => name == opcode || name.StartsWith(opcode + ".", StringComparison.Ordinal));

    // "/*0040*/  @!P0 LDGSTS.E.BYPASS.128 [R3], [R4.64] ;"
    [GeneratedRegex(@"/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_.]*)")]
    private static partial Regex Instruction();
}
