namespace Kernels.Training.Corpus;

/// <summary>One cleaned document.</summary>
/// <param name="Package">Package it came from.</param>
/// <param name="Name">Its own title or file name.</param>
/// <param name="Text">ASCII text, ending in a blank line.</param>
internal sealed record CorpusDocument(string Package, string Name, string Text)
{
    /// <summary>The document whose opening is shipped beside the model; it is always held out.</summary>
    public const string ShippedName = "Persuasion";

    /// <summary>Whether the document belongs to the validation split: the shipped novel, and one page in 24 by a hash of its name.</summary>
    public bool IsHeldOut =>
        Name == ShippedName || (Name.EndsWith(".html", StringComparison.Ordinal) && Hash(Package + "/" + Name) % 24 == 0);

    /// <summary>FNV-1a: the split must not depend on the run.</summary>
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text) hash = (hash ^ c) * 16777619;
        return hash;
    }
}
