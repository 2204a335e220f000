using System.Buffers.Binary;

namespace Kernels.Testing.Ptx;

/// <summary>Parses declarations of variables in memory and of parameters (PTX ISA, 5.4).</summary>
internal static class VariableParser
{
    /// <summary>The space a directive such as <c>.shared</c> names.</summary>
    public static bool TryParseSpace(string word, out StateSpace space)
    {
        space = word switch
        {
            ".global" => StateSpace.Global,
            ".const" => StateSpace.Const,
            ".shared" => StateSpace.Shared,
            ".local" => StateSpace.Local,
            ".param" => StateSpace.Param,
            _ => StateSpace.Generic,
        };
        return space != StateSpace.Generic;
    }

    /// <summary>The variables after a space directive, up to and without the semicolon.</summary>
    public static List<Variable> Variables(TokenReader reader, StateSpace space)
    {
        var (alignment, type) = Kind(reader);
        var variables = new List<Variable>();
        do variables.Add(Named(reader, space, type, alignment));
        while (reader.Take(","));
        return variables;
    }

    /// <summary>Parameters in parentheses.</summary>
    public static List<Variable> Parameters(TokenReader reader)
    {
        var parameters = new List<Variable>();
        reader.Expect("(");
        while (!reader.Take(")"))
        {
            reader.Expect(".param");
            var (alignment, type) = Kind(reader);
            parameters.Add(Named(reader, StateSpace.Param, type, alignment));
            if (!reader.Is(")")) reader.Expect(",");
        }

        return parameters;
    }

    private static (int? Alignment, PtxType Type) Kind(TokenReader reader)
    {
        int? alignment = null;
        PtxType? type = null;
        while (type is null)
            if (reader.Take(".align")) alignment = reader.Count("an alignment");
            else type = reader.Type();

        // Hints about what a pointer parameter points to.
        if (reader.Take(".ptr"))
            while (reader.Peek.Text.StartsWith('.'))
                if (reader.Next().Text == ".align") reader.Count("an alignment");
        return (alignment, type.Value);
    }

    private static Variable Named(TokenReader reader, StateSpace space, PtxType type, int? alignment)
    {
        var line = reader.Line;
        var name = reader.Word("a variable's name");
        var count = 1;
        while (reader.Take("["))
        {
            count = reader.Is("]") ? 0 : checked(count * reader.Count("a length"));
            reader.Expect("]");
        }

        var bytes = count * type.Bytes();
        return new(name, space, type, alignment ?? type.Bytes(), bytes, reader.Take("=") ? Initial(reader, type, bytes) : null, line);
    }

    private static byte[] Initial(TokenReader reader, PtxType type, int bytes)
    {
        var contents = new byte[bytes];
        var at = 0;
        void Element()
        {
            var negative = reader.Take("-");
            var line = reader.Line;
            var bits = Numbers.Bits(OperandParser.Constant(reader, negative), type, line);
            if (at + type.Bytes() > bytes) throw new PtxException(line, $"the initial value is longer than its variable of {bytes} bytes");
            Span<byte> element = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(element, bits);
            element[..type.Bytes()].CopyTo(contents.AsSpan(at));
            at += type.Bytes();
        }

        if (!reader.Take("{")) Element();
        else
            while (!reader.Take("}"))
            {
                Element();
                if (!reader.Is("}")) reader.Expect(",");
            }

        return contents;
    }
}
