namespace Kernels.Testing.Ptx;

/// <summary>A cursor over tokens with the mistakes every rule of the grammar can meet.</summary>
internal sealed class TokenReader(List<Token> tokens)
{
    private int _at;

    public Token Peek => tokens[_at];

    public int Line => Peek.Line;

    public Token Next() => tokens[Peek.Kind == TokenKind.End ? _at : _at++];

    public bool Is(string text) => Peek.Text == text && Peek.Kind is TokenKind.Word or TokenKind.Mark;

    public bool Take(string text)
    {
        if (!Is(text)) return false;
        _at++;
        return true;
    }

    public void Expect(string text)
    {
        if (!Take(text)) throw Unexpected($"'{text}'");
    }

    public string Word(string what) => Peek.Kind == TokenKind.Word ? Next().Text : throw Unexpected(what);

    /// <summary>A whole number small enough for sizes and alignments.</summary>
    public int Count(string what)
    {
        if (Peek.Kind != TokenKind.Number || Numbers.Parse(Peek) is not IntegerOperand { Bits: <= int.MaxValue } number) throw Unexpected(what);
        _at++;
        return (int)number.Bits;
    }

    public PtxType Type()
    {
        if (Peek.Kind != TokenKind.Word || !Peek.Text.StartsWith('.') || !PtxTypes.TryParse(Peek.Text[1..], out var type)) throw Unexpected("a type");
        _at++;
        return type;
    }

    public PtxException Unexpected(string wanted) => new(Line, $"'{Peek.Text}' stands where {wanted} belongs");
}
