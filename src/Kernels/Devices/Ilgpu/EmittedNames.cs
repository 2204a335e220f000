using System.Globalization;
using System.Text.RegularExpressions;

namespace Kernels;

/// <summary>Numbers the names in compiled text by their first appearance.</summary>
/// <remarks>
/// ILGPU goes on counting through the life of a process. Drivers keep what they compiled on disk by its text (NVIDIA's and PoCL's both), and would never
/// find a kernel again.
/// </remarks>
internal static class EmittedNames
{
    /// <summary><paramref name="text"/> with another number behind each name that <paramref name="names"/> matches: its groups are the stem and the number.</summary>
    public static string Renumber(string text, Regex names)
    {
        var numbers = new Dictionary<string, int>();
        return names.Replace(text, match =>
        {
            if (!numbers.TryGetValue(match.Value, out var number)) numbers.Add(match.Value, number = numbers.Count);
            return string.Create(CultureInfo.InvariantCulture, $"{match.Groups[1].ValueSpan}{number}");
        });
    }
}
