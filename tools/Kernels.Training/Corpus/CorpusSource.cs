namespace Kernels.Training.Corpus;

/// <summary>One Debian package the corpus draws on.</summary>
/// <param name="Package">Name of the package.</param>
/// <param name="Licence">Licence of the text, as its copyright file states it.</param>
/// <param name="Format">How the text is stored.</param>
/// <param name="Folder">Folder inside the package.</param>
/// <param name="Patterns">Files of the folder, with wildcards.</param>
internal sealed record CorpusSource(string Package, string Licence, SourceFormat Format, string Folder, params string[] Patterns)
{
    /// <summary>The sources, in the order of the corpus. Prose only: novels, essays, handbooks.</summary>
    public static IReadOnlyList<CorpusSource> All { get; } =
    [
        new("r-cran-janeaustenr", "public domain (novels, 1811–1818); package MIT", SourceFormat.RDatabase, "usr/lib/R/site-library/janeaustenr/data", "Rdata.rdb"),
        new("r-cran-tokenizers", "public domain (Moby-Dick, 1851); package MIT", SourceFormat.RDatabase, "usr/lib/R/site-library/tokenizers/data", "Rdata.rdb"),
        new("dict-devil", "public domain (The Devil's Dictionary, 1911)", SourceFormat.GzipText, "usr/share/dictd", "devil.dict.dz"),
        new("anarchism", "GPL-2", SourceFormat.Html, "usr/share/doc/anarchism/html", "secA*.html", "secB*.html", "secC*.html", "secD*.html", "secE*.html", "secI*.html"),
        new("debian-handbook", "GPL-2+ or CC-BY-SA-3.0", SourceFormat.Html, "usr/share/doc/debian-handbook/html/en-US", "*.html"),
        new("debian-history", "GPL-2+", SourceFormat.Html, "usr/share/doc/debian-history/docs", "*.en.html"),
        new("developers-reference", "GPL-2+", SourceFormat.Html, "usr/share/developers-reference", "*.html"),
        new("jargon-text", "public domain (The Jargon File)", SourceFormat.GzipText, "usr/share/doc/jargon-text", "jargon.txt.gz"),
    ];
}
