using System.Globalization;

namespace Kernels.Testing.Ptx;

/// <summary>Parses the statements of a function (PTX ISA, 4.3).</summary>
internal static class StatementParser
{
    // Hints and debugging information that do not change what a kernel computes.
    private static readonly string[] Ignored = [".loc", ".pragma", ".file"];

    /// <summary>A block in braces.</summary>
    public static List<Statement> Block(TokenReader reader)
    {
        var statements = new List<Statement>();
        reader.Expect("{");
        while (!reader.Take("}"))
            if (!reader.Take(";") && Statement(reader) is { } statement) statements.Add(statement);
        return statements;
    }

    private static Statement? Statement(TokenReader reader)
    {
        var line = reader.Line;
        if (reader.Is("{")) return new BlockStatement(line, Block(reader));
        if (reader.Is("@")) return Instruction(reader);
        var word = reader.Word("a statement");
        if (reader.Take(":")) return new LabelStatement(line, word);
        if (word == ".reg") return Registers(reader, line);
        if (VariableParser.TryParseSpace(word, out var space)) return Ended(new VariableStatement(line, VariableParser.Variables(reader, space)), reader);
        if (word == ".branchtargets") return Targets(reader, line);
        if (Ignored.Contains(word))
        {
            while (reader.Line == line && !reader.Is(";")) reader.Next();
            return null;
        }

        return word.StartsWith('.') ? throw new PtxException(line, $"unknown directive {word}") : Instruction(reader, line, word, null);
    }

    private static InstructionStatement Instruction(TokenReader reader)
    {
        reader.Expect("@");
        var guard = new NameOperand(Negated: reader.Take("!"), Name: reader.Word("a predicate"));
        var line = reader.Line;
        return Instruction(reader, line, reader.Word("an instruction"), guard);
    }

    private static InstructionStatement Instruction(TokenReader reader, int line, string opcode, NameOperand? guard)
    {
        var operands = new List<Operand>();
        while (!reader.Take(";"))
        {
            operands.Add(OperandParser.Operand(reader));
            if (!reader.Is(";")) reader.Expect(",");
        }

        return new(line, opcode, guard, operands);
    }

    private static RegisterStatement Registers(TokenReader reader, int line)
    {
        var type = reader.Type();
        var names = new List<string>();
        do
        {
            var name = reader.Word("a register's name");
            if (!reader.Take("<")) names.Add(name);
            else
            {
                names.AddRange(Enumerable.Range(0, reader.Count("a number of registers")).Select(i => name + i.ToString(CultureInfo.InvariantCulture)));
                reader.Expect(">");
            }
        }
        while (reader.Take(","));
        return Ended(new RegisterStatement(line, type, names), reader);
    }

    private static BranchTargetsStatement Targets(TokenReader reader, int line)
    {
        var labels = new List<string>();
        do labels.Add(reader.Word("a label"));
        while (reader.Take(","));
        return Ended(new BranchTargetsStatement(line, labels), reader);
    }

    private static T Ended<T>(T statement, TokenReader reader)
    {
        reader.Expect(";");
        return statement;
    }
}
