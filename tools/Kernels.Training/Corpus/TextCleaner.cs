using System.Text;
using System.Text.RegularExpressions;

namespace Kernels.Training.Corpus;

/// <summary>
/// Brings text to one form: printable ASCII, paragraphs on one line each with a blank line between, no emphasis marks, and
/// no paragraph that is mostly symbols.
/// </summary>
internal static partial class TextCleaner
{
    private const double LeastProse = 0.85;

    /// <summary>The clean paragraphs of <paramref name="text"/>, in order.</summary>
    public static IEnumerable<string> Paragraphs(string text)
    {
        foreach (var block in BlankLines().Split(WithoutGutenbergFrame(text.Replace("\r", ""))))
        {
            var paragraph = Spaces().Replace(Emphasis().Replace(ToAscii(block), "$1"), " ").Trim();
            if (IsProse(paragraph)) yield return paragraph;
        }
    }

    /// <summary>Typographic signs and accented letters by their nearest ASCII spelling; anything else outside ASCII is dropped.</summary>
    public static string ToAscii(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is >= ' ' and <= '~' or '\n') result.Append(c);
            else if (c is '\t' or '\u00A0' or '\u2009' or '\u202F') result.Append(' ');
            else result.Append(Spelling(c));
        }

        return result.ToString();
    }

    private static bool IsProse(string paragraph)
    {
        if (paragraph.Length < 2) return false;
        var prose = paragraph.Count(c => char.IsAsciiLetter(c) || c is ' ' or ',' or '.' or '\'' or '"' or ';' or '-' or '!' or '?');
        return prose >= LeastProse * paragraph.Length;
    }

    /// <summary>Drops the notice before and after a Project Gutenberg text; the work itself is in the public domain.</summary>
    private static string WithoutGutenbergFrame(string text)
    {
        var start = GutenbergStart().Match(text);
        if (start.Success) text = text[(start.Index + start.Length)..];
        var end = GutenbergEnd().Match(text);
        return end.Success ? text[..end.Index] : text;
    }

    private static string Spelling(char c) => c switch
    {
        '\u2018' or '\u2019' or '\u201A' or '\u2032' => "'",
        '\u201C' or '\u201D' or '\u201E' or '\u2033' or '«' or '»' => "\"",
        '\u2010' or '\u2011' or '\u2012' or '\u2013' => "-",
        '\u2014' or '\u2015' => "--",
        '\u2026' => "...",
        '£' => "L",
        'æ' => "ae",
        'Æ' => "AE",
        'œ' => "oe",
        'ß' => "ss",
        >= 'À' and <= 'Å' => "A",
        'Ç' => "C",
        >= 'È' and <= 'Ë' => "E",
        >= 'Ì' and <= 'Ï' => "I",
        'Ñ' => "N",
        >= 'Ò' and <= 'Ö' => "O",
        >= 'Ù' and <= 'Ü' => "U",
        >= 'à' and <= 'å' => "a",
        'ç' => "c",
        >= 'è' and <= 'ë' => "e",
        >= 'ì' and <= 'ï' => "i",
        'ñ' => "n",
        >= 'ò' and <= 'ö' or 'ø' => "o",
        >= 'ù' and <= 'ü' => "u",
        _ => "",
    };

    [GeneratedRegex(@"\n[ \t]*\n\s*")]
    private static partial Regex BlankLines();

    [GeneratedRegex(@"[ \n]+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"_([A-Za-z][^_\n]*)_")]
    private static partial Regex Emphasis();

    [GeneratedRegex(@"\*\*\* ?START OF TH[^\n]*\n")]
    private static partial Regex GutenbergStart();

    [GeneratedRegex(@"(\*\*\* ?END OF TH|End of (the )?Project Gutenberg)")]
    private static partial Regex GutenbergEnd();
}
