namespace Kernels.Models;

/// <summary>How the gates of a model learned.</summary>
/// <param name="ForDecode">Whether they serve generation.</param>
/// <param name="SequenceLength">Tokens of a sequence.</param>
/// <param name="TrainingSequences">Sequences they learned from.</param>
/// <param name="HeldOutSequences">Sequences the figures come from; 0 where a single sequence was there to learn from and to report on.</param>
/// <param name="Steps">Steps of Adam.</param>
/// <param name="Layers">Each layer.</param>
public sealed record GateDistillationReport(
    bool ForDecode, int SequenceLength, int TrainingSequences, int HeldOutSequences, int Steps, IReadOnlyList<GateLayerReport> Layers);
