namespace Kernels;

/// <summary>
/// V:N:M weights: every V rows × M inputs use four of their inputs, and every row stores two of those four, so that hardware
/// with 2:4 products serves sparsities beyond one half (VENOM, arXiv 2310.02065).
/// </summary>
public sealed class VnmMatrix : SparseMatrix
{
    /// <summary>Inputs a V × M block uses.</summary>
    public const int Selected = 4;

    /// <summary>Weights a row stores of the selected inputs.</summary>
    public const int Kept = 2;

    private readonly byte[] _selection, _indices;

    /// <summary>Wraps packed weights.</summary>
    /// <param name="rows">Output rows, a multiple of <paramref name="height"/>.</param>
    /// <param name="columns">Inputs, a multiple of <paramref name="of"/>.</param>
    /// <param name="height">V: rows that share a selection.</param>
    /// <param name="of">M: inputs the selection is made from, 4 to 256.</param>
    /// <param name="values">[rows][columns / M][2].</param>
    /// <param name="selection">[rows / V][columns / M][4]: inputs within the block, strictly ascending.</param>
    /// <param name="indices">[rows][columns / M][2]: which of the four, strictly ascending.</param>
    /// <exception cref="SparsityException">A size does not divide, a length is wrong, or an index is out of range or order.</exception>
    public VnmMatrix(int rows, int columns, int height, int of, float[] values, byte[] selection, byte[] indices)
        : base(rows, columns, values, Name(height, of))
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(indices);
        (Height, Of, _selection, _indices) = (height, of, selection, indices);
        RequirePattern(height, of);
        RequireDivides("rows", rows, height);
        RequireDivides("columns", columns, of);
        var blocks = columns / of;
        RequireCount("values", values.Length, (long)rows * blocks * Kept);
        RequireCount("indices", indices.Length, (long)rows * blocks * Kept);
        RequireCount("selected columns", selection.Length, (long)(rows / height) * blocks * Selected);
        RequireAscending(selection, Selected, of, "selected column");
        RequireAscending(indices, Kept, Selected, "index");
    }

    /// <summary>V: rows that share a selection.</summary>
    public int Height { get; }

    /// <summary>M: inputs the selection is made from.</summary>
    public int Of { get; }

    /// <summary>Selected inputs within each block, [rows / V][columns / M][4].</summary>
    public ReadOnlySpan<byte> Selection => _selection;

    /// <summary>Which of the four a row stores, [rows][columns / M][2].</summary>
    public ReadOnlySpan<byte> Indices => _indices;

    /// <inheritdoc/>
    public override long ByteLength => sizeof(float) * (long)Values.Length + _selection.Length + (_indices.Length + 3) / 4;

    /// <summary>Packs the weights a mask keeps.</summary>
    /// <param name="weights">[rows, columns] row-major.</param>
    /// <param name="mask">Two of a row's M, and at most four columns in use in every V × M block.</param>
    /// <param name="height">V.</param>
    /// <param name="of">M.</param>
    /// <exception cref="SparsityException">The mask is not of this pattern; the message names the first block that breaks it.</exception>
    public static VnmMatrix Pack(ReadOnlySpan<float> weights, WeightMask mask, int height, int of)
    {
        RequirePattern(height, of);
        RequireInput(Name(height, of), weights, mask);
        var (rows, columns, name) = (mask.Rows, mask.Columns, Name(height, of));
        if (rows % height != 0 || columns % of != 0)
            throw Refuse(name, rows, columns, $"a [{rows}, {columns}] matrix", $"multiples of [{height}, {of}] are needed", "Pad the matrix or choose another pattern.");
        var blocks = columns / of;
        var (selection, indices, values) = (new byte[rows / height * blocks * Selected], new byte[rows * blocks * Kept], new float[rows * blocks * Kept]);
        for (var top = 0; top < rows; top += height)
            for (var block = 0; block < blocks; block++)
            {
                var selected = selection.AsSpan((top / height * blocks + block) * Selected, Selected);
                Select(mask, top, block * of, height, of, selected);
                for (var row = top; row < top + height; row++)
                {
                    var (count, at) = (0, (row * blocks + block) * Kept);
                    for (var i = 0; i < Selected; i++)
                    {
                        var column = block * of + selected[i];
                        if (!mask[row, column] || count++ >= Kept) continue;
                        indices[at + count - 1] = (byte)i;
                        values[at + count - 1] = weights[row * columns + column];
                    }

                    if (count != Kept)
                        throw Refuse(name, rows, columns, $"{count} kept weights in row {row}, columns {block * of} to {block * of + of - 1}",
                            $"exactly {Kept} are kept", "Choose the mask with this pattern.");
                }
            }

        return new VnmMatrix(rows, columns, height, of, values, selection, indices);
    }

    /// <summary>Refuses parameters that no matrix can have.</summary>
    /// <exception cref="SparsityException">V or M is out of range.</exception>
    public static void RequirePattern(int height, int of)
    {
        if (height < 1 || of < Selected || of > 256)
            throw new SparsityException("V:N:M pattern", Name(height, of), "V of at least 1 and M from 4 to 256 are needed", "Change V or M.");
    }

    private protected override void Visit(Action<int, int, float> visit)
    {
        var blocks = Columns / Of;
        for (var i = 0; i < _indices.Length; i++)
        {
            var (row, block) = (i / Kept / blocks, i / Kept % blocks);
            visit(row, block * Of + _selection[(row / Height * blocks + block) * Selected + _indices[i]], Stored[i]);
        }
    }

    // Columns in use, then the earliest unused ones, in ascending order.
    private static void Select(WeightMask mask, int top, int left, int height, int of, Span<byte> selected)
    {
        Span<bool> used = stackalloc bool[of];
        var count = 0;
        for (var i = 0; i < of; i++)
            for (var row = top; row < top + height && !used[i]; row++)
                if (mask[row, left + i])
                {
                    used[i] = true;
                    count++;
                }

        if (count > Selected)
            throw Refuse(Name(height, of), mask.Rows, mask.Columns, $"{count} columns in use in rows {top} to {top + height - 1}, columns {left} to {left + of - 1}",
                $"at most {Selected} may be", "Choose the mask with this pattern.");
        for (var i = 0; count < Selected; i++)
            if (!used[i])
            {
                used[i] = true;
                count++;
            }

        for (int i = 0, next = 0; i < of; i++)
            if (used[i]) selected[next++] = (byte)i;
    }

    private void RequireAscending(byte[] values, int run, int limit, string what)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] >= limit) throw Refuse($"{what} {values[i]} at position {i}", $"0 to {limit - 1} are allowed");
            if (i % run != 0 && values[i] <= values[i - 1]) throw Refuse($"{what} {values[i]} after {values[i - 1]} at position {i}", "they ascend");
        }
    }

    private static string Name(int height, int of) => $"{height}:2:{of}";
}
