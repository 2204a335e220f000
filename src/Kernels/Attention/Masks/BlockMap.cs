namespace Kernels;

/// <summary>
/// The blocks a mask leaves, as lists of key blocks per query block: what kernels walk instead of a dense mask.
/// Blocks lie on absolute positions, so one map serves every run of a plan.
/// </summary>
public sealed class BlockMap
{
    private readonly int[] _starts;
    private readonly int[] _entries;
    private readonly int _queryBlocks;
    private readonly bool _perHead;
    private readonly int _heads;

    private BlockMap(int block, int queryBlocks, int heads, bool perHead, int[] starts, int[] entries)
    {
        Block = block;
        _queryBlocks = queryBlocks;
        _heads = heads;
        _perHead = perHead;
        _starts = starts;
        _entries = entries;
    }

    /// <summary>Rows and columns of a block.</summary>
    public int Block { get; }

    /// <summary>Bytes held.</summary>
    public long ByteLength => 4L * (_starts.Length + _entries.Length);

    /// <summary>Query blocks of one head.</summary>
    public int QueryBlocks => _queryBlocks;

    /// <summary>
    /// Classifies every block of the largest problem of <paramref name="shape"/>: query positions run to its keys where causal, else to its queries.
    /// </summary>
    /// <exception cref="KernelException">The predicate threw, or some query attends to nothing at all.</exception>
    public static BlockMap Build(AttentionDeclaration declaration, Device device, in AttentionShape shape)
    {
        var classifier = declaration.Classifier!;
        var (block, length) = (declaration.Block, shape.Keys);
        var positions = declaration.Causal ? length : shape.Queries;
        var (blocks, columns) = ((positions + block - 1) / block, (length + block - 1) / block);
        var lists = declaration.PerHead ? shape.Batch * shape.QueryHeads : 1;
        var starts = new int[checked(lists * blocks + 1)];
        var entries = new List<int>();
        for (var list = 0; list < lists; list++)
        for (var row = 0; row < blocks; row++)
        {
            var queries = Math.Min(block, positions - row * block);
            var last = declaration.Causal ? row : columns - 1;
            for (var column = 0; column <= last; column++)
            {
                BlockKind kind;
                try
                {
                    kind = classifier.Classify(
                        list / shape.QueryHeads, list % shape.QueryHeads, row * block, queries, column * block,
                        Math.Min(block, length - column * block), declaration.Causal);
                }
                catch (Exception exception)
                {
                    throw new KernelException(
                        declaration.Name, device.Name, $"{exception.GetType().Name} from the mask at query block {row}, key block {column}: {exception.Message}",
                        $"a mask must answer for every query and key below {length}", "Make the predicate total.");
                }

                if (kind != BlockKind.Empty) entries.Add(column << 1 | (kind == BlockKind.Full ? 1 : 0));
            }

            starts[list * blocks + row + 1] = entries.Count;
        }

        if (entries.Count == 0)
            throw new KernelException(
                declaration.Name, device.Name, "a mask that admits no pair at all", $"some query below {length} must see a key", "Correct the predicate.");
        return new BlockMap(block, blocks, shape.QueryHeads, declaration.PerHead, starts, [.. entries]);
    }

    /// <summary>Key blocks of query block <paramref name="row"/>, ascending; each entry is block·2 + (1 if full).</summary>
    public ReadOnlySpan<int> Row(int batch, int head, int row)
    {
        var list = (_perHead ? batch * _heads + head : 0) * _queryBlocks + row;
        return _entries.AsSpan(_starts[list].._starts[list + 1]);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_queryBlocks} query blocks of {Block}, {_entries.Length} key blocks listed, {ByteLength} bytes";
}
