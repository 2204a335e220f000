namespace Kernels.Models;

/// <summary>How gates are distilled.</summary>
public sealed record GateDistillationOptions
{
    /// <summary>Whether the gates serve generation (SeerAttention-R: one for the heads of a key head) rather than prompts (SeerAttention: one for each head).</summary>
    public bool ForDecode { get; init; }

    /// <summary>Tokens of a sequence; cut to the text and to the model's context.</summary>
    public int SequenceLength { get; init; } = 2048;

    /// <summary>Most sequences, those held out for the report included.</summary>
    public int Sequences { get; init; } = 16;

    /// <summary>Steps of Adam; each sees every training sequence.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>First learning rate; it falls to 0 along half a cosine.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Seed of the weights that gates begin with.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; 0 for every processor. The gates do not depend on it.</summary>
    public int Threads { get; init; }
}
