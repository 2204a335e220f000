using System.Text.RegularExpressions;

namespace Kernels.Models;

/// <summary>The <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class TextSplits
{
    // As published with GPT-2, whose pattern every ByteLevel pre-tokenizer uses unless told not to.
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string Choose = "Choose a model with another tokenizer.";

    /// <summary>The splits in order; each takes a piece and whether it begins the text.</summary>
    public static List<Func<string, bool, IEnumerable<string>>> Read(JsonFields root) =>
        [.. TokenizerJson.Components(root, "pre_tokenizer", "pretokenizers").Select(Split)];

    /// <summary>Compiles a pattern of the file.</summary>
    public static T Regex<T>(JsonFields fields, string pattern, Func<string, T> compile)
    {
        try
        {
            return compile(pattern);
        }
        catch (ArgumentException exception)
        {
            throw new ModelException(fields.File, "pattern", pattern, $".NET cannot read it: {exception.Message.TrimEnd('.')}", Choose, exception);
        }
    }

    private static Func<string, bool, IEnumerable<string>> Split(JsonFields fields)
    {
        switch (fields.Text("type"))
        {
            case "ByteLevel":
                var (addsSpace, usesRegex) = (fields.Flag("add_prefix_space", true), fields.Flag("use_regex", true));
                var gpt2 = usesRegex ? new TextPattern(Gpt2) : null;
                return (piece, _) => ByteLevel(addsSpace && !piece.StartsWith(' ') ? " " + piece : piece, gpt2);
            case "Split":
                return PatternSplit(fields);
            case "Digits":
                var digits = new TextPattern(fields.Flag("individual_digits", false) ? @"\p{N}" : @"\p{N}+");
                return (piece, _) => Parts(piece, digits, keepsMatches: true);
            case "Metaspace":
                return Metaspace(fields);
            case var other:
                throw fields.Refuse("type", other ?? "missing", "ByteLevel, Split, Digits and Metaspace are supported", Choose);
        }
    }

    private static Func<string, bool, IEnumerable<string>> PatternSplit(JsonFields fields)
    {
        var pattern = fields.Object("pattern") ?? throw fields.Refuse("pattern", "missing", "it is required");
        var expression = pattern.Text("Regex") ?? (pattern.Text("String") is { } literal ? System.Text.RegularExpressions.Regex.Escape(literal) : null);
        if (string.IsNullOrEmpty(expression)) throw fields.Refuse("pattern", "empty", "a String or a Regex is required");
        var compiled = Regex(fields, expression, text => new TextPattern(text));
        var behavior = fields.Text("behavior") ?? "missing";
        // Inverted, what lies between matches is the delimiter: isolating gives the same pieces, removing the others.
        var keeps = behavior switch
        {
            "Isolated" => true,
            "Removed" => false,
            _ => throw fields.Refuse("behavior", behavior, "Isolated and Removed are supported", Choose),
        };
        if (!keeps && fields.Flag("invert", false))
            return (piece, _) => compiled.Matches(piece).Select(match => piece.Substring(match.Start, match.Length));
        return (piece, _) => Parts(piece, compiled, keeps);
    }

    private static Func<string, bool, IEnumerable<string>> Metaspace(JsonFields fields)
    {
        if (fields.Text("replacement") is { } replacement && replacement != "▁")
            throw fields.Refuse("replacement", replacement, "▁ is supported", Choose);
        var scheme = fields.Text("prepend_scheme") ?? (fields.Flag("add_prefix_space", true) ? "always" : "never");
        if (scheme is not ("always" or "never" or "first"))
            throw fields.Refuse("prepend_scheme", scheme, "always, never and first are supported", Choose);
        var splits = fields.Flag("split", true);
        var words = new TextPattern("▁?[^▁]*");
        return (piece, first) =>
        {
            var text = piece.Replace(' ', '▁');
            if ((scheme == "always" || scheme == "first" && first) && !text.StartsWith('▁')) text = "▁" + text;
            return splits ? Parts(text, words, keepsMatches: true) : [text];
        };
    }

    private static IEnumerable<string> ByteLevel(string piece, TextPattern? pattern)
    {
        if (pattern is null) return [ByteAlphabet.Encode(piece)];
        return Parts(piece, pattern, keepsMatches: true).Select(ByteAlphabet.Encode);
    }

    private static IEnumerable<string> Parts(string piece, TextPattern pattern, bool keepsMatches)
    {
        var start = 0;
        foreach (var (matchStart, length) in pattern.Matches(piece))
        {
            if (matchStart > start) yield return piece[start..matchStart];
            if (keepsMatches) yield return piece.Substring(matchStart, length);
            start = matchStart + length;
        }

        if (start < piece.Length) yield return piece[start..];
    }
}
