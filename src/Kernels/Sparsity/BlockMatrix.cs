namespace Kernels;

/// <summary>
/// Weights kept or dropped by blocks of R rows × C columns, block rows compressed: R × 1 are fine-grained groups (R output rows
/// share an input, 1×N of arXiv 2105.14713), 1 × 1 is unstructured row-compressed storage.
/// </summary>
public sealed class BlockMatrix : SparseMatrix
{
    private readonly int[] _offsets, _blocks;

    /// <summary>Wraps packed weights.</summary>
    /// <param name="rows">Output rows, a multiple of <paramref name="blockRows"/>.</param>
    /// <param name="columns">Inputs, a multiple of <paramref name="blockColumns"/>.</param>
    /// <param name="blockRows">R.</param>
    /// <param name="blockColumns">C.</param>
    /// <param name="offsets">[rows / R + 1]: where each block row's blocks begin, the last their number.</param>
    /// <param name="blocks">Column of each block, counted in blocks, strictly ascending within a block row.</param>
    /// <param name="values">[blocks][C][R]: the R rows of a column lie side by side.</param>
    /// <exception cref="SparsityException">A size does not divide, a length is wrong, or an index is out of range or order.</exception>
    public BlockMatrix(int rows, int columns, int blockRows, int blockColumns, int[] offsets, int[] blocks, float[] values)
        : base(rows, columns, values, Name(blockRows, blockColumns))
    {
        ArgumentNullException.ThrowIfNull(offsets);
        ArgumentNullException.ThrowIfNull(blocks);
        (BlockRows, BlockColumns, _offsets, _blocks) = (blockRows, blockColumns, offsets, blocks);
        RequireDivides("rows", rows, blockRows);
        RequireDivides("columns", columns, blockColumns);
        RequireCount("offsets", offsets.Length, rows / blockRows + 1);
        RequireCount("values", values.Length, (long)blocks.Length * blockRows * blockColumns);
        if (offsets[0] != 0 || offsets[^1] != blocks.Length)
            throw Refuse($"offsets from {offsets[0]} to {offsets[^1]}", $"they must run from 0 to the {blocks.Length} blocks");
        for (var row = 0; row + 1 < offsets.Length; row++)
        {
            if (offsets[row + 1] < offsets[row]) throw Refuse($"offset {offsets[row + 1]} after {offsets[row]} at block row {row + 1}", "offsets never fall");
            if (offsets[row + 1] > blocks.Length) throw Refuse($"offset {offsets[row + 1]} at block row {row + 1}", $"there are {blocks.Length} blocks");
            for (var i = offsets[row]; i < offsets[row + 1]; i++)
            {
                if ((uint)blocks[i] >= (uint)(columns / blockColumns))
                    throw Refuse($"block column {blocks[i]} in block row {row}", $"block columns are 0 to {columns / blockColumns - 1}");
                if (i > offsets[row] && blocks[i] <= blocks[i - 1])
                    throw Refuse($"block column {blocks[i]} after {blocks[i - 1]} in block row {row}", "block columns ascend");
            }
        }
    }

    /// <summary>R: rows of a block.</summary>
    public int BlockRows { get; }

    /// <summary>C: columns of a block.</summary>
    public int BlockColumns { get; }

    /// <summary>Where each block row's blocks begin; the last entry is their number.</summary>
    public ReadOnlySpan<int> Offsets => _offsets;

    /// <summary>Column of each block, counted in blocks.</summary>
    public ReadOnlySpan<int> Blocks => _blocks;

    /// <inheritdoc/>
    public override long ByteLength => sizeof(float) * (long)Values.Length + sizeof(int) * ((long)_offsets.Length + _blocks.Length);

    /// <summary>Packs the weights a mask keeps.</summary>
    /// <param name="weights">[rows, columns] row-major.</param>
    /// <param name="mask">Keeps or drops whole blocks.</param>
    /// <param name="blockRows">R.</param>
    /// <param name="blockColumns">C.</param>
    /// <exception cref="SparsityException">The mask splits a block; the message names the first.</exception>
    public static BlockMatrix Pack(ReadOnlySpan<float> weights, WeightMask mask, int blockRows, int blockColumns)
    {
        RequireInput(Name(blockRows, blockColumns), weights, mask);
        var (rows, columns, name) = (mask.Rows, mask.Columns, Name(blockRows, blockColumns));
        if (blockRows < 1 || blockColumns < 1 || rows % blockRows != 0 || columns % blockColumns != 0)
            throw Refuse(name, rows, columns, $"a [{rows}, {columns}] matrix", $"multiples of [{blockRows}, {blockColumns}] are needed", "Pad the matrix or choose another pattern.");
        var offsets = new int[rows / blockRows + 1];
        var blocks = new List<int>();
        var values = new List<float>(checked((int)mask.Kept));
        for (var top = 0; top < rows; top += blockRows)
        {
            for (var left = 0; left < columns; left += blockColumns)
            {
                for (var i = 1; i < blockRows * blockColumns; i++)
                    if (mask[top + i / blockColumns, left + i % blockColumns] != mask[top, left])
                        throw Refuse(name, rows, columns, $"a block at [{top}, {left}] of which only a part is kept", "blocks are kept or dropped whole", "Choose the mask with this pattern.");
                if (!mask[top, left]) continue;
                blocks.Add(left / blockColumns);
                for (var column = left; column < left + blockColumns; column++)
                    for (var row = top; row < top + blockRows; row++) values.Add(weights[row * columns + column]);
            }

            offsets[top / blockRows + 1] = blocks.Count;
        }

        return new BlockMatrix(rows, columns, blockRows, blockColumns, offsets, [.. blocks], [.. values]);
    }

    private protected override void Visit(Action<int, int, float> visit)
    {
        for (int row = 0, next = 0; row < Rows / BlockRows; row++)
            for (var i = _offsets[row]; i < _offsets[row + 1]; i++)
                for (var column = 0; column < BlockColumns; column++)
                    for (var lane = 0; lane < BlockRows; lane++, next++)
                        visit(row * BlockRows + lane, _blocks[i] * BlockColumns + column, Stored[next]);
    }

    private static string Name(int rows, int columns) => (rows, columns) switch
    {
        (1, 1) => "unstructured",
        (_, 1) => $"groups of {rows}",
        _ => $"blocks of {rows}×{columns}",
    };
}
