namespace Kernels.Testing;

/// <summary>
/// The set of keys AnchorAttention declares (arXiv 2505.23520, exact cover as documented on the attribute), in fp64 from
/// the definition.
/// </summary>
public static class AnchorOracle
{
    /// <summary>Selection of one head: which keys each row visits, and how clear the choice was.</summary>
    /// <param name="Visits">[row][key].</param>
    /// <param name="Margin">Smallest distance of a candidate's decisive score from its threshold; +∞ without candidates.</param>
    public readonly record struct Selection(bool[][] Visits, double Margin);

    /// <summary>Selects keys for the rows of one head.</summary>
    /// <param name="queries">Rows of this run; row i has position i + offset.</param>
    /// <param name="keys">Keys.</param>
    /// <param name="offset">Position of row 0: keys − queries.</param>
    /// <param name="scale">Factor on query·key.</param>
    /// <param name="block">Rows of a pooling block and width of the initial block.</param>
    /// <param name="step">Blocks of a group.</param>
    /// <param name="theta">Threshold, natural units.</param>
    public static Selection Select(double[][] queries, double[][] keys, int offset, double scale, int block, int step, double theta)
    {
        var group = block * step;
        var visits = queries.Select((_, i) => Enumerable.Range(0, keys.Length).Select(j => IsAnchor(i + offset, j, block, group)).ToArray()).ToArray();
        var margin = double.PositiveInfinity;
        for (var first = offset / group; first <= (offset + queries.Length - 1) / group; first++)
        {
            if (first == 0) continue;
            var rows = Enumerable.Range(0, queries.Length).Where(i => (i + offset) / group == first).ToArray();

            // Rows pool with the rows of their block that this run holds.
            var pools = rows.GroupBy(i => (i + offset) / block).Select(pool => (
                Query: Enumerable.Range(0, queries[0].Length).Select(c => pool.Average(i => queries[i][c])).ToArray(),
                Anchor: pool.Average(i => Enumerable.Range(0, keys.Length).Where(j => visits[i][j]).Max(j => scale * Dot(queries[i], keys[j])))))
                .ToArray();
            for (var j = block; j < first * group - block; j++)
            {
                var excess = pools.Max(pool => scale * Dot(pool.Query, keys[j]) + theta - pool.Anchor);
                margin = Math.Min(margin, Math.Abs(excess));
                if (excess < 0) continue;
                foreach (var i in rows) visits[i][j] = true;
            }
        }

        return new Selection(visits, margin);
    }

    private static bool IsAnchor(int position, int key, int block, int group)
    {
        var start = position / group * group;
        return key <= position && (start == 0 || key < block || key >= start - block);
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var c = 0; c < a.Length; c++) sum += a[c] * b[c];
        return sum;
    }
}
