using System.Globalization;
using System.Text;

namespace Kernels.Models;

/// <summary>Unicode normalisation for tokenizers that ask for it.</summary>
internal static class UnicodeForm
{
    private static readonly bool HasTables = "e\u0301".Normalize(NormalizationForm.FormC).Length == 1;

    /// <summary>Normalises, or refuses text that this process has no tables to normalise.</summary>
    /// <remarks>
    /// A process with invariant globalization cannot normalise. There, composed text (NFC) passes as long as it holds no
    /// character that composition might change; the other forms pass ASCII only.
    /// </remarks>
    public static string Normalize(string file, string text, NormalizationForm form)
    {
        if (Ascii.IsValid(text)) return text;
        if (HasTables) return text.Normalize(form);
        foreach (var rune in text.EnumerateRunes())
        {
            if (form == NormalizationForm.FormC && rune.Value != 0xFFFD && !MayCompose(rune) || rune.IsAscii) continue;
            throw new ModelException(file, "normalizer", $"{form} on U+{rune.Value:X4}", "this process runs with invariant globalization and has no tables for it",
                "Set DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0 (with libicu installed), or normalise the text first.");
        }

        return text;
    }

    // A superset of the characters whose NFC quick check is "no" or "maybe" (Unicode Standard Annex #15, section 9).
    private static bool MayCompose(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark || rune.Value
        is >= 0x1100 and <= 0x11FF // Hangul letters that form syllables
        or 0x0374 or 0x037E or 0x0387 or (>= 0x0958 and <= 0x095F) or (>= 0x09DC and <= 0x09DF) or (>= 0x0A33 and <= 0x0A5E)
        or 0x0B5C or 0x0B5D or (>= 0x0F43 and <= 0x0F69) or (>= 0x1F70 and <= 0x1FFF) or 0x2000 or 0x2001
        or 0x2126 or 0x212A or 0x212B or 0x2329 or 0x232A or 0x2ADC or (>= 0xF900 and <= 0xFAFF) or (>= 0xFB1D and <= 0xFB4E)
        or (>= 0x1D15E and <= 0x1D1C0) or (>= 0x2F800 and <= 0x2FA1F);
}
