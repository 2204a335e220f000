namespace Kernels.Training.Corpus;

/// <summary>What one package gave to the corpus.</summary>
internal sealed record CorpusEntry(string Package, string Version, string Licence, int Documents, long TrainBytes, long ValidationBytes);
