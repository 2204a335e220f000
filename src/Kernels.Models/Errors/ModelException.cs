using System.Text;

namespace Kernels.Models;

/// <summary>A model file or a request to a model was refused: one line that names where, what, the value, the limit and the way out.</summary>
public sealed class ModelException : Exception
{
    private const int LongestQuote = 96;

    /// <summary>Creates the exception.</summary>
    /// <param name="source">The file (or the model) concerned.</param>
    /// <param name="subject">The tensor, field or argument.</param>
    /// <param name="received">What was found; control characters are replaced and long text is cut.</param>
    /// <param name="limit">What is required.</param>
    /// <param name="remedy">What the caller can do.</param>
    /// <param name="cause">The failure underneath, if any.</param>
    public ModelException(string source, string subject, string received, string limit, string remedy, Exception? cause = null)
        : base($"{Quote(source, 512)}: {Quote(subject)} is {Quote(received)}, but {Quote(limit, 512)}. {remedy}", cause)
    {
        ModelFile = source;
        Subject = subject;
        Received = received;
        Limit = limit;
        Remedy = remedy;
    }

    /// <summary>The file (or the model) concerned.</summary>
    public string ModelFile { get; }

    /// <summary>The tensor, field or argument.</summary>
    public string Subject { get; }

    /// <summary>What was found.</summary>
    public string Received { get; }

    /// <summary>What is required.</summary>
    public string Limit { get; }

    /// <summary>What the caller can do.</summary>
    public string Remedy { get; }

    // Names and values come from files: they may hold line breaks, terminal escapes or megabytes.
    private static string Quote(string text, int longest = LongestQuote)
    {
        var line = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= longest) return line.Append('…').ToString();
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029) line.Append('?');
            else line.Append(rune.ToString());
        }

        return line.ToString();
    }
}
