namespace Kernels.Testing.Ptx;

/// <summary>Parses operands (PTX ISA, 6).</summary>
internal static class OperandParser
{
    public static Operand Operand(TokenReader reader)
    {
        if (reader.Take("{")) return List(reader, "}");
        if (reader.Take("(")) return List(reader, ")");
        if (reader.Take("[")) return Address(reader);
        if (reader.Take("!")) return new NameOperand(reader.Word("a predicate"), Negated: true);
        if (reader.Take("-")) return Constant(reader, negative: true);
        if (reader.Peek.Kind == TokenKind.Number) return Constant(reader, negative: false);
        var first = new NameOperand(reader.Word("an operand"));
        return reader.Take("|") ? new PairOperand(first, new NameOperand(reader.Word("a predicate"))) : first;
    }

    public static Operand Constant(TokenReader reader, bool negative)
    {
        if (reader.Peek.Kind != TokenKind.Number) throw reader.Unexpected("a constant");
        return Numbers.Parse(reader.Next()) switch
        {
            IntegerOperand number when negative => new IntegerOperand(unchecked(0 - number.Bits)),
            FloatOperand number when negative => new FloatOperand(-number.Value),
            var number => number,
        };
    }

    private static ListOperand List(TokenReader reader, string end)
    {
        var items = new List<Operand>();
        while (!reader.Take(end))
        {
            items.Add(Operand(reader));
            if (!reader.Is(end)) reader.Expect(",");
        }

        return new(items);
    }

    private static AddressOperand Address(TokenReader reader)
    {
        var origin = Operand(reader);
        long offset = 0;
        while (!reader.Take("]"))
        {
            if (!reader.Is("+") && !reader.Is("-")) throw reader.Unexpected("']'");
            var negative = reader.Next().Text == "-";
            if (reader.Take("-")) negative = !negative;
            var term = Constant(reader, negative) as IntegerOperand ?? throw reader.Unexpected("a whole number");
            offset += (long)term.Bits;
        }

        return new(origin, offset);
    }
}
