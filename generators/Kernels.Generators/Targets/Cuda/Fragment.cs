namespace Kernels.Generators.Targets.Cuda;

/// <summary>Registers of a lane that hold its part of a matrix: declared once in a kernel and used by name.</summary>
/// <remarks>Parts of A, B and sums lie in lanes as the PTX ISA's figures for <c>mma.m16n8k16</c> and <c>mma.sp.m16n8k32</c> show.</remarks>
/// <param name="Name">Beginning of the registers' names.</param>
/// <param name="Count">How many registers.</param>
/// <param name="Type">Their PTX type.</param>
internal sealed record Fragment(string Name, int Count, string Type = "b32")
{
    /// <summary>Sums of a 16 × 8 tile: rows g and g + 8, columns 2t and 2t + 1 (g = lane / 4, t = lane mod 4).</summary>
    public static Fragment Sums(string name) => new(name, 4, "f32");

    /// <summary>Declares the registers.</summary>
    public string Declaration => $".reg .{Type} {Name}_<{Count}>;";

    /// <summary>One register.</summary>
    public string this[int index] => $"{Name}_{index}";

    /// <summary>All registers, as an operand.</summary>
    public override string ToString() => Operand(Registers);

    /// <summary>The registers in order.</summary>
    public IEnumerable<string> Registers => Enumerable.Range(0, Count).Select(index => this[index]);

    /// <summary>Registers as one vector operand.</summary>
    public static string Operand(IEnumerable<string> registers) => $"{{{string.Join(", ", registers)}}}";
}
