using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kernels.Models;

/// <summary>A regular expression over Unicode characters, as published pre-tokenizers mean it.</summary>
/// <remarks>
/// .NET matches UTF-16 units, to which no character beyond U+FFFF is a letter or a number; such characters are matched
/// through a stand-in of the same category.
/// </remarks>
internal sealed class TextPattern(string pattern)
{
    private readonly Regex _regex = new(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, TimeSpan.FromSeconds(30));

    /// <summary>Start and length of every match, in UTF-16 units of <paramref name="text"/>.</summary>
    public List<(int Start, int Length)> Matches(string text)
    {
        var matches = new List<(int, int)>();
        int[]? positions = null;
        var shadow = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : Shadow(text, out positions);
        foreach (var match in _regex.EnumerateMatches(shadow))
        {
            if (match.Length == 0) continue;
            var (start, end) = (match.Index, match.Index + match.Length);
            if (positions is not null) (start, end) = (positions[start], positions[end]);
            matches.Add((start, end - start));
        }

        return matches;
    }

    private static string Shadow(string text, out int[] positions)
    {
        var characters = new StringBuilder(text.Length);
        var starts = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i++)
        {
            starts.Add(i);
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                characters.Append(StandIn(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(text[i], text[i + 1]))));
                i++;
            }
            else
            {
                characters.Append(text[i]);
            }
        }

        starts.Add(text.Length);
        positions = [.. starts];
        return characters.ToString();
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => 'Ж',
        UnicodeCategory.LowercaseLetter => 'ж',
        UnicodeCategory.TitlecaseLetter => 'ǅ',
        UnicodeCategory.ModifierLetter => 'ʰ',
        UnicodeCategory.OtherLetter => '中',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.DecimalDigitNumber => '٣',
        UnicodeCategory.LetterNumber => 'Ⅷ',
        UnicodeCategory.OtherNumber => '¾',
        UnicodeCategory.OtherPunctuation or UnicodeCategory.DashPunctuation => '‽',
        _ => '☃',
    };
}
