using Kernels.Training.Optimization;

namespace Kernels.Training.Running;

/// <summary>Everything that decides a training run, apart from the corpus and the shape.</summary>
internal sealed record TrainingOptions
{
    public required IReadOnlyList<Stage> Stages { get; init; }

    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Where checkpoints and the loss curve go.</summary>
    public required string Folder { get; init; }

    public AdamOptions Adam { get; init; } = new();

    /// <summary>Data-parallel workers, one thread each. Gradients are summed in worker order.</summary>
    public int Workers { get; init; } = 2;

    public ulong Seed { get; init; } = 1;

    /// <summary>Weight of the penalty on attention beyond a stage's reach, per head and token.</summary>
    public double ReachWeight { get; init; } = 0.2;

    /// <summary>Steps between checkpoints.</summary>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>Tokens between validations.</summary>
    public long ValidateEvery { get; init; } = 1_000_000;

    /// <summary>Validation tokens read each time.</summary>
    public int ValidationTokens { get; init; } = 131_072;

    /// <summary>Tokens of all stages.</summary>
    public long TotalTokens => Stages.Sum(stage => stage.TotalTokens);
}
