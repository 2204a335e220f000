namespace Kernels.Testing;

/// <summary>N:M by definition: of every M consecutive inputs the N largest magnitudes stay, the earlier columns on a tie.</summary>
public static class SemiStructuredOracle
{
    /// <summary>The matrix with every dropped weight set to zero.</summary>
    /// <param name="w">[outputs, inputs] row-major.</param>
    /// <param name="inputs">Columns, a multiple of M.</param>
    /// <param name="kept">N.</param>
    /// <param name="of">M.</param>
    public static float[] Mask(float[] w, int inputs, int kept = 2, int of = 4)
    {
        var masked = new float[w.Length];
        for (var row = 0; row < w.Length; row += inputs)
            for (var group = row; group < row + inputs; group += of)
                foreach (var column in Enumerable.Range(group, of).OrderByDescending(i => Math.Abs(w[i])).ThenBy(i => i).Take(kept))
                    masked[column] = w[column];
        return masked;
    }
}
