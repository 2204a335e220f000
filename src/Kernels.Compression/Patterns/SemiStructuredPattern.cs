namespace Kernels.Compression;

/// <summary>N:M: of every M consecutive inputs the N of highest score stay, by the sum over <see cref="Vector"/> rows that share the choice.</summary>
/// <remarks>Of equal scores the earlier input stays.</remarks>
public sealed record SemiStructuredPattern : SparsityPattern
{
    /// <summary>Creates the pattern.</summary>
    /// <param name="kept">N, 1 to M.</param>
    /// <param name="of">M, at most 32.</param>
    /// <param name="vector">Output rows that share indices.</param>
    /// <exception cref="SparsityException">A number is out of range.</exception>
    public SemiStructuredPattern(int kept, int of, int vector = 1)
    {
        SemiStructuredMatrix.RequirePattern(kept, of, vector);
        (Kept, Of, Vector) = (kept, of, vector);
    }

    /// <summary>N: weights kept of a group.</summary>
    public int Kept { get; }

    /// <summary>M: consecutive inputs of a group.</summary>
    public int Of { get; }

    /// <summary>Output rows that share indices.</summary>
    public int Vector { get; }

    /// <inheritdoc/>
    public override string Name => Vector == 1 ? $"{Kept}:{Of}" : $"{Kept}:{Of}/{Vector}";

    /// <inheritdoc/>
    public override double Sparsity
    {
        get => 1 - (double)Kept / Of;
        init => throw new NotSupportedException($"{Name} fixes its sparsity.");
    }

    /// <inheritdoc/>
    public override bool HasFreeSparsity => false;

    /// <inheritdoc/>
    public override (int Rows, int Columns) Grain => (Vector, Of);

    /// <inheritdoc/>
    public override SparseMatrix Pack(ReadOnlySpan<float> weights, WeightMask mask) => SemiStructuredMatrix.Pack(weights, mask, Kept, Of, Vector);

    internal override void Choose(ReadOnlySpan<double> scores, int rows, int columns, Comparison comparison, Span<bool> keep)
    {
        Span<double> sums = stackalloc double[Of];
        Span<bool> chosen = stackalloc bool[Of];
        for (var row = 0; row < rows; row += Vector)
            for (var group = 0; group < columns; group += Of)
            {
                sums.Clear();
                for (var lane = 0; lane < Vector; lane++)
                    for (var i = 0; i < Of; i++) sums[i] += scores[(row + lane) * columns + group + i];
                Ranking.Largest(sums, Kept, chosen);
                for (var lane = 0; lane < Vector; lane++) chosen.CopyTo(keep[((row + lane) * columns + group)..]);
            }
    }
}
