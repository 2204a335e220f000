namespace Kernels.Testing;

/// <summary>Sparse matrices with random masks, zeros among the kept weights.</summary>
public static class RandomSparse
{
    /// <summary>Weights on a coarse grid, which every storage but integers holds exactly; one in eight is zero.</summary>
    public static float[] Weights(int count, Random random)
    {
        var weights = new float[count];
        for (var i = 0; i < count; i++) weights[i] = random.Next(8) == 0 ? 0 : random.Next(-16, 17) / 16f;
        return weights;
    }

    /// <summary>N of every M inputs, alike in <paramref name="vector"/> rows.</summary>
    public static SemiStructuredMatrix SemiStructured(int rows, int columns, int kept, int of, int vector, Random random)
    {
        var keep = new bool[rows * columns];
        for (var row = 0; row < rows; row += vector)
            for (var group = 0; group < columns; group += of)
                foreach (var i in Enumerable.Range(group, of).OrderBy(_ => random.Next()).Take(kept))
                    for (var lane = 0; lane < vector; lane++) keep[(row + lane) * columns + i] = true;
        return SemiStructuredMatrix.Pack(Weights(keep.Length, random), new WeightMask(rows, columns, keep), kept, of, vector);
    }

    /// <summary>Blocks kept with probability <paramref name="density"/>; every third row of blocks is empty.</summary>
    public static BlockMatrix Blocks(int rows, int columns, int blockRows, int blockColumns, double density, Random random)
    {
        var keep = new bool[rows * columns];
        for (var top = 0; top < rows; top += blockRows)
            for (var left = 0; left < columns; left += blockColumns)
            {
                if (top / blockRows % 3 == 1 || random.NextDouble() >= density) continue;
                for (var i = 0; i < blockRows * blockColumns; i++) keep[(top + i / blockColumns) * columns + left + i % blockColumns] = true;
            }

        return BlockMatrix.Pack(Weights(keep.Length, random), new WeightMask(rows, columns, keep), blockRows, blockColumns);
    }

    /// <summary>Four inputs of every V × M block, two of them a row.</summary>
    public static VnmMatrix Vnm(int rows, int columns, int height, int of, Random random)
    {
        var keep = new bool[rows * columns];
        for (var top = 0; top < rows; top += height)
            for (var left = 0; left < columns; left += of)
            {
                var four = Enumerable.Range(left, of).OrderBy(_ => random.Next()).Take(4).ToArray();
                for (var row = top; row < top + height; row++)
                    foreach (var i in four.OrderBy(_ => random.Next()).Take(2)) keep[row * columns + i] = true;
            }

        return VnmMatrix.Pack(Weights(keep.Length, random), new WeightMask(rows, columns, keep), height, of);
    }
}
