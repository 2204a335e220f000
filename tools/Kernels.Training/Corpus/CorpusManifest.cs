namespace Kernels.Training.Corpus;

/// <summary>What the corpus was made of.</summary>
internal sealed record CorpusManifest(IReadOnlyList<CorpusEntry> Entries)
{
    public long TrainBytes => Entries.Sum(entry => entry.TrainBytes);

    public long ValidationBytes => Entries.Sum(entry => entry.ValidationBytes);
}
