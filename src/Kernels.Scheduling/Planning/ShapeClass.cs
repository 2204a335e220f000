namespace Kernels.Scheduling;

/// <summary>The largest runs a plan must hold; smaller ones run on the same plan.</summary>
/// <param name="Tokens">Most tokens of one run: a prefill chunk, or 1 for decoding.</param>
/// <param name="Keys">Most tokens of the sequence, those of the run included.</param>
public readonly record struct ShapeClass(int Tokens, int Keys);
