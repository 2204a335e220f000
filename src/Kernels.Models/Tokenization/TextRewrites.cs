using System.Text;
using System.Text.RegularExpressions;

namespace Kernels.Models;

/// <summary>The <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class TextRewrites
{
    /// <summary>The rewrites in order.</summary>
    public static List<Func<string, string>> Read(JsonFields root) => [.. TokenizerJson.Components(root, "normalizer", "normalizers").Select(Rewrite)];

    private static Func<string, string> Rewrite(JsonFields fields)
    {
        switch (fields.Text("type"))
        {
            case "NFC":
                return text => UnicodeForm.Normalize(fields.File, text, NormalizationForm.FormC);
            case "NFD":
                return text => UnicodeForm.Normalize(fields.File, text, NormalizationForm.FormD);
            case "NFKC":
                return text => UnicodeForm.Normalize(fields.File, text, NormalizationForm.FormKC);
            case "NFKD":
                return text => UnicodeForm.Normalize(fields.File, text, NormalizationForm.FormKD);
            case "Prepend":
                var prefix = fields.Text("prepend") ?? "";
                return text => text.Length == 0 ? text : prefix + text;
            case "Replace":
                var content = fields.Text("content") ?? "";
                var pattern = fields.Object("pattern");
                if (pattern?.Text("String") is { Length: > 0 } literal) return text => text.Replace(literal, content, StringComparison.Ordinal);
                if (pattern?.Text("Regex") is { Length: > 0 } expression)
                {
                    var regex = TextSplits.Regex(fields, expression, pattern => new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(30)));
                    return text => regex.Replace(text, content.Replace("$", "$$"));
                }

                throw fields.Refuse("pattern", "missing", "a String or a Regex is required");
            case var other:
                throw fields.Refuse("type", other ?? "missing", "NFC, NFD, NFKC, NFKD, Prepend and Replace are supported", "Choose a model with another tokenizer.");
        }
    }
}
