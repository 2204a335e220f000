using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Kernels.Training.Corpus;

/// <summary>Builds the corpus from its packages: clean, without repeated paragraphs, split by document.</summary>
internal static class CorpusBuilder
{
    private const int ShippedBytes = 48 << 10, LeastDocument = 2_000, LeastRepeat = 60;
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>Writes train.bin, validation.bin, document.txt and manifest.json into <paramref name="folder"/>.</summary>
    public static CorpusManifest Build(string folder, string cache)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var entries = new List<CorpusEntry>();
        using var train = new MemoryStream();
        using var validation = new MemoryStream();
        foreach (var source in CorpusSource.All)
        {
            var (package, version) = DebianPackages.Fetch(source.Package, cache);
            long trainBytes = train.Length, validationBytes = validation.Length;
            var documents = 0;
            foreach (var document in Documents(source, package, seen))
            {
                documents++;
                (document.IsHeldOut ? validation : train).Write(Encoding.ASCII.GetBytes(document.Text));
                if (document.Name == CorpusDocument.ShippedName) File.WriteAllText(Path.Combine(folder, "document.txt"), Opening(document.Text));
            }

            entries.Add(new CorpusEntry(source.Package, version, source.Licence, documents, train.Length - trainBytes, validation.Length - validationBytes));
        }

        File.WriteAllBytes(Path.Combine(folder, "train.bin"), train.ToArray());
        File.WriteAllBytes(Path.Combine(folder, "validation.bin"), validation.ToArray());
        var manifest = new CorpusManifest(entries);
        File.WriteAllText(Path.Combine(folder, "manifest.json"), JsonSerializer.Serialize(manifest, Json));
        return manifest;
    }

    /// <summary>The paragraphs that <paramref name="seen"/> does not hold yet, as one text; short ones may repeat.</summary>
    public static string WithoutRepeats(IEnumerable<string> paragraphs, HashSet<string> seen)
    {
        var text = new StringBuilder();
        foreach (var paragraph in paragraphs)
            if (paragraph.Length < LeastRepeat || seen.Add(paragraph)) text.Append(paragraph).Append("\n\n");
        return text.ToString();
    }

    private static IEnumerable<CorpusDocument> Documents(CorpusSource source, string package, HashSet<string> seen)
    {
        var folder = Path.Combine(package, source.Folder);
        foreach (var file in source.Patterns.SelectMany(pattern => Directory.GetFiles(folder, pattern)).Order(StringComparer.Ordinal))
        foreach (var raw in Texts(source.Format, file))
        {
            var text = WithoutRepeats(TextCleaner.Paragraphs(raw), seen);
            if (text.Length < LeastDocument) continue;
            var name = source.Format == SourceFormat.RDatabase ? text[..text.IndexOf('\n')] : Path.GetFileName(file);
            yield return new CorpusDocument(source.Package, name, text);
        }
    }

    private static IEnumerable<string> Texts(SourceFormat format, string file)
    {
        switch (format)
        {
            case SourceFormat.Html:
                return [HtmlText.Read(File.ReadAllText(file))];
            case SourceFormat.GzipText:
                using (var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress)))
                    return [reader.ReadToEnd()];
            default:
                return RDatabase.ReadTexts(File.ReadAllBytes(file));
        }
    }

    /// <summary>Whole paragraphs from the start, as many as fit.</summary>
    private static string Opening(string text) =>
        text.Length <= ShippedBytes ? text : text[..(text.LastIndexOf("\n\n", ShippedBytes, StringComparison.Ordinal) + 1)];
}
