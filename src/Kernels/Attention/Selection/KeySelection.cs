namespace Kernels;

/// <summary>How a selecting kernel chooses keys, as the generator recorded it.</summary>
/// <remarks>Exactly one of <see cref="TopK"/>, <see cref="TopShare"/>, <see cref="Mass"/>, <see cref="Threshold"/>, <see cref="Difference"/> and <see cref="Chooser"/> is set.</remarks>
public sealed record KeySelection
{
    /// <summary>What importance is estimated from.</summary>
    public required KeyEstimator Estimator { get; init; }

    /// <summary>Query rows that share a selection.</summary>
    public required int Rows { get; init; }

    /// <summary>Keys of a block.</summary>
    public required int Block { get; init; }

    /// <summary>Antidiagonal: side of the squares.</summary>
    public int Stride { get; init; }

    /// <summary>Blocks visited, forced ones included; last rows: columns visited; observation window: keys kept by a head on average.</summary>
    public int TopK { get; init; }

    /// <summary>Share s of a row's n blocks: ⌊s·n⌋ + 1 are visited, forced ones included.</summary>
    public float TopShare { get; init; }

    /// <summary>Blocks are visited by descending estimate until their share of all estimates reaches this.</summary>
    public float Mass { get; init; }

    /// <summary>Blocks of at least this estimate are visited.</summary>
    public float Threshold { get; init; }

    /// <summary>Blocks whose estimate comes within this of the largest are visited.</summary>
    public float Difference { get; init; }

    /// <summary>The user's own selector.</summary>
    public KeyChooser? Chooser { get; init; }

    /// <summary>First blocks that are always visited; last rows: first columns.</summary>
    public int Sink { get; init; }

    /// <summary>Blocks up to the one of the group's last row that are always visited; last rows: nearest diagonals.</summary>
    public int Local { get; init; }

    /// <summary>Last groups of rows of a run that visit every block.</summary>
    public int DenseGroups { get; init; }

    /// <summary>Whether a run must bring a gate.</summary>
    public bool IsGated => Estimator is KeyEstimator.Gate or KeyEstimator.GroupGate;

    /// <summary>How the heads of a group share a selection.</summary>
    public GroupReduction Reduction { get; init; }

    /// <summary>Pooled: mean cosine up to which the mean does not stand for its block, which is then visited in any case; 0 for never.</summary>
    public float SelfSimilarity { get; init; }

    /// <summary>Last rows: diagonals visited.</summary>
    public int Diagonals { get; init; }

    /// <summary>Last rows, observation window: how many.</summary>
    public int LastRows { get; init; }

    /// <summary>Last rows or pooled: Jensen–Shannon distance of the two estimates below which pooled ones are used.</summary>
    public float Divergence { get; init; }

    /// <summary>Last rows or pooled: keys that columns, and diagonals, hold at least; runs that are little longer are dense.</summary>
    public int MinBudget { get; init; }

    /// <summary>Observation window: how neighbouring keys share their scores.</summary>
    public ScorePooling Pooling { get; init; }

    /// <summary>Observation window: how many neighbours do, the key itself included.</summary>
    public int PoolWidth { get; init; }

    /// <summary>Observation window: share of the capacity that every head has for itself; the rest goes to the heads with the best scores.</summary>
    public float OwnShare { get; init; }
}
