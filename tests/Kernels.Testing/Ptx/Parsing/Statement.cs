namespace Kernels.Testing.Ptx;

/// <summary>A statement of a function body.</summary>
internal abstract record Statement(int Line);

/// <summary>An instruction: opcode with modifiers, guard predicate and operands.</summary>
internal sealed record InstructionStatement(int Line, string Opcode, NameOperand? Guard, IReadOnlyList<Operand> Operands) : Statement(Line);

/// <summary>A label.</summary>
internal sealed record LabelStatement(int Line, string Name) : Statement(Line);

/// <summary>The targets of an indexed branch, named by the label before it.</summary>
internal sealed record BranchTargetsStatement(int Line, IReadOnlyList<string> Labels) : Statement(Line);

/// <summary>Registers of one type: <c>.reg .f32 x, acc&lt;4&gt;;</c>.</summary>
internal sealed record RegisterStatement(int Line, PtxType Type, IReadOnlyList<string> Names) : Statement(Line);

/// <summary>Variables in memory.</summary>
internal sealed record VariableStatement(int Line, IReadOnlyList<Variable> Variables) : Statement(Line);

/// <summary>A scope in braces.</summary>
internal sealed record BlockStatement(int Line, IReadOnlyList<Statement> Statements) : Statement(Line);
