namespace Kernels.Perf.Rows;

/// <summary>The index of rows that visit a tenth of the blocks, on processors and on GPUs.</summary>
internal static class RandomBlocks
{
    /// <summary>Rows and keys of a block.</summary>
    public const int Side = 128;

    /// <summary>Per query head and block of rows: first and diagonal block always, others at random up to a tenth of the causal triangle.</summary>
    public static KeyBlockIndex Tenth(AttentionShape shape)
    {
        var (random, rows) = (new Random(1), (shape.Keys - 1) / Side + 1);
        var (starts, blocks) = (new List<int> { 0 }, new List<int>());
        for (var list = 0; list < shape.QueryHeads * rows; list++)
        {
            var row = list % rows;
            for (var column = 0; column <= row; column++)
                if (column == 0 || column == row || random.NextDouble() < 0.1 - 2.0 / (row + 1)) blocks.Add(column);
            starts.Add(blocks.Count);
        }

        return new KeyBlockIndex(1, shape.QueryHeads, shape.Keys, shape.Keys, Side, Side, starts.ToArray(), blocks.ToArray());
    }
}
