namespace Kernels.Testing;

/// <summary>2:4 by definition: of every four consecutive inputs the two largest magnitudes stay, the earlier column on a tie.</summary>
public static class SemiStructuredOracle
{
    /// <summary>The matrix with every dropped weight set to zero.</summary>
    /// <param name="w">[outputs, inputs] row-major.</param>
    /// <param name="inputs">Columns, a multiple of 4.</param>
    public static float[] Mask(float[] w, int inputs)
    {
        var masked = new float[w.Length];
        for (var row = 0; row < w.Length; row += inputs)
            for (var group = row; group < row + inputs; group += 4)
                foreach (var column in Enumerable.Range(group, 4).OrderByDescending(i => Math.Abs(w[i])).ThenBy(i => i).Take(2))
                    masked[column] = w[column];
        return masked;
    }
}
