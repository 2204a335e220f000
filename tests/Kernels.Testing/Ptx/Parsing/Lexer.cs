namespace Kernels.Testing.Ptx;

/// <summary>Cuts PTX text into tokens (PTX ISA, 4.1 to 4.5); comments are dropped.</summary>
internal static class Lexer
{
    public static List<Token> Tokenize(string text)
    {
        var tokens = new List<Token>();
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            var start = at;
            var c = text[at];
            if (c == '\n') line++;
            if (char.IsWhiteSpace(c)) at++;
            else if (text.AsSpan(at).StartsWith("//")) at = End(text, "\n", at);
            else if (text.AsSpan(at).StartsWith("/*"))
            {
                at = End(text, "*/", at) + 2;
                line += text.AsSpan(start, Math.Min(at, text.Length) - start).Count('\n');
            }
            else if (c == '"')
            {
                at = End(text, "\"", at + 1) + 1;
                tokens.Add(new(TokenKind.Text, text[(start + 1)..(at - 1)], line));
            }
            else if (char.IsAsciiDigit(c))
            {
                while (at < text.Length && IsNumberPart(text, at)) at++;
                tokens.Add(new(TokenKind.Number, text[start..at], line));
            }
            else if (IsWordStart(text, at))
            {
                at++;
                while (at < text.Length && IsWordPart(text, at)) at += text[at] == ':' ? 2 : 1;
                tokens.Add(new(TokenKind.Word, text[start..at], line));
            }
            else
            {
                tokens.Add(new(TokenKind.Mark, c.ToString(), line));
                at++;
            }
        }

        tokens.Add(new(TokenKind.End, "the end of the text", line));
        return tokens;
    }

    private static int End(string text, string mark, int from)
    {
        var found = text.IndexOf(mark, from, StringComparison.Ordinal);
        return found < 0 ? text.Length : found;
    }

    private static bool IsNumberPart(string text, int at) =>
        char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.';

    private static bool IsWordStart(string text, int at) =>
        char.IsAsciiLetter(text[at]) || text[at] is '_' or '$' or '%'
        || (text[at] == '.' && at + 1 < text.Length && char.IsAsciiLetter(text[at + 1]));

    // "::" joins words (mma.sp::ordered_metadata); a single colon ends a label.
    private static bool IsWordPart(string text, int at) =>
        char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '$' or '.' || text.AsSpan(at).StartsWith("::");
}
