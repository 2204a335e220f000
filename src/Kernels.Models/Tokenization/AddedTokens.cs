using System.Text;
using System.Text.RegularExpressions;

namespace Kernels.Models;

/// <summary>Finds the tokens that a <c>tokenizer.json</c> adds beside its model, longest first, before anything else is done to a text.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, int> _ids = [];
    private readonly Regex? _pattern;

    /// <summary>Creates the finder.</summary>
    /// <param name="tokens">Content, token, and whether it takes the white space before and after it and stands only between words.</param>
    public AddedTokens(IReadOnlyList<(string Content, int Id, bool TakesLeft, bool TakesRight, bool SingleWord)> tokens)
    {
        if (tokens.Count == 0) return;
        var pattern = new StringBuilder();
        foreach (var (content, id, takesLeft, takesRight, singleWord) in tokens.OrderByDescending(token => token.Content.Length))
        {
            _ids.TryAdd(content, id);
            if (pattern.Length > 0) pattern.Append('|');
            if (takesLeft) pattern.Append(@"\s*");
            if (singleWord) pattern.Append(@"(?<!\w)");
            pattern.Append("(?<t>").Append(Regex.Escape(content)).Append(')');
            if (singleWord) pattern.Append(@"(?!\w)");
            if (takesRight) pattern.Append(@"\s*");
        }

        _pattern = new Regex(pattern.ToString(), RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(30));
    }

    /// <summary>The text between added tokens (token −1), and the added tokens (text empty), in order.</summary>
    public IEnumerable<(string Text, int Token)> Split(string text)
    {
        var start = 0;
        for (var match = _pattern?.Match(text); match is { Success: true }; match = match.NextMatch())
        {
            if (match.Index > start) yield return (text[start..match.Index], -1);
            yield return ("", _ids[match.Groups["t"].Value]);
            start = match.Index + match.Length;
        }

        if (start < text.Length) yield return (text[start..], -1);
    }
}
