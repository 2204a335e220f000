namespace Kernels.Compression;

/// <summary>
/// Blocks of rows × columns kept or dropped whole by the sum of their scores: R × 1 are fine-grained groups (1×N, arXiv
/// 2105.14713, §3.2: the score of a block is Σ|w|), 1 × 1 is unstructured.
/// </summary>
public sealed record BlockPattern : SparsityPattern
{
    private readonly double _sparsity;

    /// <summary>Creates the pattern.</summary>
    /// <param name="rows">Output rows of a block.</param>
    /// <param name="columns">Inputs of a block.</param>
    /// <param name="sparsity">Share dropped, at least 0 and below 1.</param>
    /// <exception cref="SparsityException">A number is out of range.</exception>
    public BlockPattern(int rows, int columns, double sparsity)
    {
        if (rows < 1 || columns < 1)
            throw new SparsityException("block pattern", $"blocks of {rows}×{columns}", "at least 1×1 is needed", "Change the block.");
        (Rows, Columns, Sparsity) = (rows, columns, sparsity);
    }

    /// <summary>Output rows of a block.</summary>
    public int Rows { get; }

    /// <summary>Inputs of a block.</summary>
    public int Columns { get; }

    /// <inheritdoc/>
    public override double Sparsity
    {
        get => _sparsity;
        init => _sparsity = value is >= 0 and < 1
            ? value
            : throw new SparsityException("sparsity", FormattableString.Invariant($"{value}"), "at least 0 and below 1 is needed", "Give the share of weights to drop, such as 0.5.");
    }

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"{Shape}@{Sparsity}");

    /// <inheritdoc/>
    public override bool HasFreeSparsity => true;

    /// <inheritdoc/>
    public override (int Rows, int Columns) Grain => (Rows, Columns);

    private string Shape => (Rows, Columns) switch
    {
        (1, 1) => "unstructured",
        (_, 1) => $"group:{Rows}",
        _ => Rows == Columns ? $"block:{Rows}" : $"block:{Rows}x{Columns}",
    };

    /// <inheritdoc/>
    public override SparseMatrix Pack(ReadOnlySpan<float> weights, WeightMask mask) => BlockMatrix.Pack(weights, mask, Rows, Columns);

    internal override void Choose(ReadOnlySpan<double> scores, int rows, int columns, Comparison comparison, Span<bool> keep)
    {
        var across = columns / Columns;
        var sums = new double[rows / Rows * across];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++) sums[row / Rows * across + column / Columns] += scores[row * columns + column];
        var kept = new bool[sums.Length];
        if (comparison == Comparison.WithinLayer) Ranking.DropToThreshold(sums, Sparsity, kept);
        else
            for (var start = 0; start < sums.Length; start += across)
                Ranking.DropSmallest(sums.AsSpan(start, across), (int)(across * Sparsity), kept.AsSpan(start, across));
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++) keep[row * columns + column] = kept[row / Rows * across + column / Columns];
    }
}
