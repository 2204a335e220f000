namespace Kernels.Compression;

/// <summary>
/// V:2:M: every V rows × M inputs use the four inputs of highest summed score, and every row keeps its two best of those
/// (VENOM, arXiv 2310.02065, §3).
/// </summary>
public sealed record VnmPattern : SparsityPattern
{
    /// <summary>Creates the pattern.</summary>
    /// <param name="height">V: rows that share a selection.</param>
    /// <param name="of">M: inputs the four are selected from, 4 to 256.</param>
    /// <exception cref="SparsityException">A number is out of range.</exception>
    public VnmPattern(int height, int of)
    {
        VnmMatrix.RequirePattern(height, of);
        (Height, Of) = (height, of);
    }

    /// <summary>V: rows that share a selection.</summary>
    public int Height { get; }

    /// <summary>M: inputs the four are selected from.</summary>
    public int Of { get; }

    /// <inheritdoc/>
    public override string Name => $"{Height}:2:{Of}";

    /// <inheritdoc/>
    public override double Sparsity
    {
        get => 1 - (double)VnmMatrix.Kept / Of;
        init => throw new NotSupportedException($"{Name} fixes its sparsity.");
    }

    /// <inheritdoc/>
    public override bool HasFreeSparsity => false;

    /// <inheritdoc/>
    public override (int Rows, int Columns) Grain => (Height, Of);

    /// <inheritdoc/>
    public override SparseMatrix Pack(ReadOnlySpan<float> weights, WeightMask mask) => VnmMatrix.Pack(weights, mask, Height, Of);

    internal override void Choose(ReadOnlySpan<double> scores, int rows, int columns, Comparison comparison, Span<bool> keep)
    {
        Span<double> sums = stackalloc double[Of];
        Span<bool> selected = stackalloc bool[Of];
        Span<int> inputs = stackalloc int[VnmMatrix.Selected];
        Span<double> few = stackalloc double[VnmMatrix.Selected];
        Span<bool> chosen = stackalloc bool[VnmMatrix.Selected];
        for (var top = 0; top < rows; top += Height)
            for (var left = 0; left < columns; left += Of)
            {
                sums.Clear();
                for (var row = top; row < top + Height; row++)
                    for (var i = 0; i < Of; i++) sums[i] += scores[row * columns + left + i];
                Ranking.Largest(sums, VnmMatrix.Selected, selected);
                for (int i = 0, next = 0; i < Of; i++)
                    if (selected[i]) inputs[next++] = left + i;
                for (var row = top; row < top + Height; row++)
                {
                    for (var i = 0; i < few.Length; i++) few[i] = scores[row * columns + inputs[i]];
                    Ranking.Largest(few, VnmMatrix.Kept, chosen);
                    for (var i = 0; i < few.Length; i++) keep[row * columns + inputs[i]] = chosen[i];
                }
            }
    }
}
