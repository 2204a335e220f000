namespace Kernels.Training.Corpus;

/// <summary>How a source stores its text.</summary>
internal enum SourceFormat
{
    /// <summary>HTML pages, one document each.</summary>
    Html,

    /// <summary>Plain text compressed with gzip (dictzip included), one document each.</summary>
    GzipText,

    /// <summary>A lazy-load database of R whose larger character vectors are one document each.</summary>
    RDatabase,
}
