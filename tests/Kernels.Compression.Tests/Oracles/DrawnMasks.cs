namespace Kernels.Compression.Tests;

/// <summary>Random masks of each pattern, drawn by its definition and not through the code under test.</summary>
internal static class DrawnMasks
{
    /// <summary>N of every M columns, alike in <paramref name="vector"/> rows.</summary>
    public static WeightMask SemiStructured(int seed, int rows, int columns, int kept, int of, int vector = 1)
    {
        var random = new Random(seed);
        var keep = new bool[rows * columns];
        for (var row = 0; row < rows; row += vector)
            for (var group = 0; group < columns; group += of)
                foreach (var i in Draw(random, of, kept))
                    for (var lane = 0; lane < vector; lane++) keep[(row + lane) * columns + group + i] = true;
        return new WeightMask(rows, columns, keep);
    }

    /// <summary>Two of four selected columns of every V × M block.</summary>
    public static WeightMask Vnm(int seed, int rows, int columns, int height, int of)
    {
        var random = new Random(seed);
        var keep = new bool[rows * columns];
        for (var top = 0; top < rows; top += height)
            for (var left = 0; left < columns; left += of)
            {
                var selected = Draw(random, of, 4);
                for (var row = top; row < top + height; row++)
                    foreach (var i in Draw(random, 4, 2)) keep[row * columns + left + selected[i]] = true;
            }

        return new WeightMask(rows, columns, keep);
    }

    /// <summary>Whole blocks, each kept with probability <paramref name="density"/>; some block rows come out empty.</summary>
    public static WeightMask Blocks(int seed, int rows, int columns, int blockRows, int blockColumns, double density)
    {
        var random = new Random(seed);
        var keep = new bool[rows * columns];
        for (var top = 0; top < rows; top += blockRows)
            for (var left = 0; left < columns; left += blockColumns)
            {
                if (top == blockRows || random.NextDouble() >= density) continue; // the second block row is empty
                for (var i = 0; i < blockRows * blockColumns; i++) keep[(top + i / blockColumns) * columns + left + i % blockColumns] = true;
            }

        return new WeightMask(rows, columns, keep);
    }

    private static int[] Draw(Random random, int of, int count)
    {
        var all = Enumerable.Range(0, of).ToArray();
        random.Shuffle(all);
        return [.. all.Take(count).Order()];
    }
}
