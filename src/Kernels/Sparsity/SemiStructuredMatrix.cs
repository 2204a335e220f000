namespace Kernels;

/// <summary>
/// N:M weights: of every M consecutive inputs exactly N are stored, in ascending order; neighbouring output rows may share the
/// choice (vector-wise N:M, as in NM-SpMM).
/// </summary>
public sealed class SemiStructuredMatrix : SparseMatrix
{
    /// <summary>Largest M.</summary>
    public const int MostOf = 32;

    private readonly byte[] _indices;

    /// <summary>Wraps packed weights.</summary>
    /// <param name="rows">Output rows, a multiple of <paramref name="vector"/>.</param>
    /// <param name="columns">Inputs, a multiple of <paramref name="of"/>.</param>
    /// <param name="kept">N: stored weights of a group, 1 to M.</param>
    /// <param name="of">M: consecutive inputs of a group, 1 to 32.</param>
    /// <param name="vector">Output rows that share indices; 1 for plain N:M.</param>
    /// <param name="values">[rows / vector][columns / M][N][vector].</param>
    /// <param name="indices">[rows / vector][columns / M][N]: positions within the group, strictly ascending.</param>
    /// <exception cref="SparsityException">A size does not divide, a length is wrong, or an index is out of range or order.</exception>
    public SemiStructuredMatrix(int rows, int columns, int kept, int of, int vector, float[] values, byte[] indices)
        : base(rows, columns, values, Name(kept, of, vector))
    {
        ArgumentNullException.ThrowIfNull(indices);
        (Kept, Of, Vector, _indices) = (kept, of, vector, indices);
        RequirePattern(kept, of, vector);
        RequireDivides("rows", rows, vector);
        RequireDivides("columns", columns, of);
        RequireCount("values", values.Length, (long)rows * (columns / of) * kept);
        RequireCount("indices", indices.Length, (long)(rows / vector) * (columns / of) * kept);
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] >= of) throw Refuse($"index {indices[i]} at position {i}", $"indices of a group are 0 to {of - 1}");
            if (i % kept != 0 && indices[i] <= indices[i - 1])
                throw Refuse($"index {indices[i]} after {indices[i - 1]} at position {i}", "indices of a group ascend");
        }
    }

    /// <summary>N: stored weights of a group.</summary>
    public int Kept { get; }

    /// <summary>M: consecutive inputs of a group.</summary>
    public int Of { get; }

    /// <summary>Output rows that share indices.</summary>
    public int Vector { get; }

    /// <summary>Positions within groups, [rows / vector][columns / M][N].</summary>
    public ReadOnlySpan<byte> Indices => _indices;

    /// <inheritdoc/>
    public override long ByteLength => sizeof(float) * (long)Values.Length + _indices.Length;

    /// <summary>Packs the weights a mask keeps.</summary>
    /// <param name="weights">[rows, columns] row-major.</param>
    /// <param name="mask">Keeps exactly <paramref name="kept"/> of every group, alike in the rows of a vector.</param>
    /// <param name="kept">N.</param>
    /// <param name="of">M.</param>
    /// <param name="vector">Output rows that share indices.</param>
    /// <exception cref="SparsityException">The mask is not of this pattern; the message names the first group that breaks it.</exception>
    public static SemiStructuredMatrix Pack(ReadOnlySpan<float> weights, WeightMask mask, int kept, int of, int vector = 1)
    {
        RequirePattern(kept, of, vector);
        RequireInput(Name(kept, of, vector), weights, mask);
        var (rows, columns) = (mask.Rows, mask.Columns);
        if (rows % vector != 0 || columns % of != 0)
            throw Refuse(Name(kept, of, vector), rows, columns, $"a [{rows}, {columns}] matrix", $"multiples of [{vector}, {of}] are needed", "Pad the matrix or choose another pattern.");
        var indices = new byte[rows / vector * (columns / of) * kept];
        var values = new float[indices.Length * vector];
        var next = 0;
        for (var row = 0; row < rows; row += vector)
            for (var group = 0; group < columns; group += of)
            {
                var count = 0;
                for (var i = 0; i < of; i++)
                {
                    for (var lane = 1; lane < vector; lane++)
                        if (mask[row + lane, group + i] != mask[row, group + i])
                            throw Refuse(Name(kept, of, vector), rows, columns, $"rows {row} and {row + lane} that differ at column {group + i}",
                                $"{vector} rows share their indices", "Choose the mask with this pattern.");
                    if (!mask[row, group + i]) continue;
                    if (count++ == kept) continue;
                    indices[next] = (byte)i;
                    for (var lane = 0; lane < vector; lane++) values[next * vector + lane] = weights[(row + lane) * columns + group + i];
                    next++;
                }

                if (count != kept)
                    throw Refuse(Name(kept, of, vector), rows, columns, $"{count} kept weights in row {row}, columns {group} to {group + of - 1}",
                        $"exactly {kept} are kept", "Choose the mask with this pattern.");
            }

        return new SemiStructuredMatrix(rows, columns, kept, of, vector, values, indices);
    }

    /// <summary>Refuses parameters that no matrix can have.</summary>
    /// <exception cref="SparsityException">N, M or the vector is out of range.</exception>
    public static void RequirePattern(int kept, int of, int vector = 1)
    {
        if (of < 1 || of > MostOf || kept < 1 || kept > of || vector < 1)
            throw new SparsityException("N:M pattern", Name(kept, of, vector), $"1 ≤ N ≤ M ≤ {MostOf} and a vector of at least 1 are needed", "Change N, M or the vector.");
    }

    private protected override void Visit(Action<int, int, float> visit)
    {
        for (var i = 0; i < _indices.Length; i++)
        {
            var group = i / Kept;
            var column = group % (Columns / Of) * Of + _indices[i];
            var row = group / (Columns / Of) * Vector;
            for (var lane = 0; lane < Vector; lane++) visit(row + lane, column, Stored[i * Vector + lane]);
        }
    }

    private static string Name(int kept, int of, int vector) => vector == 1 ? $"{kept}:{of}" : $"{kept}:{of} in vectors of {vector}";
}
