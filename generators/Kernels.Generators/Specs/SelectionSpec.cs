namespace Kernels.Generators.Specs;

/// <summary>How a selecting kernel chooses keys; mirrors the run-time <c>KeySelection</c>.</summary>
/// <param name="Estimator">What importance is estimated from.</param>
/// <param name="Rows">Query rows that share a selection.</param>
/// <param name="Block">Keys of a block.</param>
/// <param name="Stride">Antidiagonal: side of the squares.</param>
/// <param name="TopK">Blocks visited, or 0.</param>
/// <param name="TopShare">Share of blocks visited, or 0.</param>
/// <param name="Mass">Cumulative mass visited, or 0.</param>
/// <param name="Threshold">Least estimate visited, or 0.</param>
/// <param name="Select">bool of (estimate, rank, mass, query group, key block), or null.</param>
/// <param name="Sink">First blocks or columns always visited.</param>
/// <param name="Local">Nearest blocks or diagonals always visited.</param>
/// <param name="Reduction">How the heads of a group share a selection.</param>
/// <param name="Diagonals">Last rows: diagonals visited.</param>
/// <param name="LastRows">Last rows: how many.</param>
/// <param name="SelfSimilarity">Pooled: mean cosine up to which a block is no match for its mean, or 0.</param>
/// <param name="Difference">Distance from the largest estimate within which blocks are visited, or 0.</param>
/// <param name="Divergence">Last rows or pooled: distance of the two estimates below which pooled ones are used.</param>
/// <param name="MinBudget">Last rows or pooled: keys visited at least along columns, and along diagonals.</param>
/// <param name="Pooling">Observation window: how neighbouring keys share their scores.</param>
/// <param name="PoolWidth">Observation window: neighbours that do.</param>
/// <param name="OwnShare">Observation window: share of the capacity that every head has for itself.</param>
/// <param name="DenseGroups">Last groups of rows that visit every block.</param>
internal sealed record SelectionSpec(
    EstimatorKind Estimator, int Rows, int Block, int Stride = 0, int TopK = 0, float TopShare = 0, float Mass = 0, float Threshold = 0,
    UserMethodSpec? Select = null, int Sink = 0, int Local = 0, ReductionKind Reduction = ReductionKind.None, int Diagonals = 0, int LastRows = 0, float SelfSimilarity = 0,
    float Difference = 0, float Divergence = 0, int MinBudget = 0, PoolingKind Pooling = PoolingKind.Average, int PoolWidth = 0, float OwnShare = 0,
    int DenseGroups = 0);
