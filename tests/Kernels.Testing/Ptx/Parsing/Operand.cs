namespace Kernels.Testing.Ptx;

/// <summary>An operand as written.</summary>
internal abstract record Operand;

/// <summary>A register, variable, label or function by name; <paramref name="Negated"/> for <c>!p</c>.</summary>
internal sealed record NameOperand(string Name, bool Negated = false) : Operand;

/// <summary>An integer constant, as its two's complement.</summary>
internal sealed record IntegerOperand(ulong Bits) : Operand;

/// <summary>A floating-point constant.</summary>
internal sealed record FloatOperand(double Value) : Operand;

/// <summary>Several operands in braces, or in the parentheses of a call.</summary>
internal sealed record ListOperand(IReadOnlyList<Operand> Items) : Operand;

/// <summary>An address: a register, variable or constant plus an offset in bytes.</summary>
internal sealed record AddressOperand(Operand Base, long Offset) : Operand;

/// <summary>Two results, <c>a|b</c>.</summary>
internal sealed record PairOperand(Operand First, Operand Second) : Operand;
