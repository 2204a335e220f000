namespace Kernels.Testing;

/// <summary>The keys that a <c>[VerticalSlashAttention]</c> kernel declares, in fp64 from the definition on the attribute.</summary>
public static class VerticalSlashOracle
{
    /// <summary>Selects.</summary>
    /// <param name="queries">[head][row][channel] of the query heads of a key head; row i has position i + offset.</param>
    /// <param name="keys">[key][channel].</param>
    /// <param name="offset">Position of row 0: keys − queries.</param>
    /// <param name="declaration">The kernel's.</param>
    public static SelectedKeys Select(double[][][] queries, double[][] keys, int offset, AttentionDeclaration declaration)
    {
        var selection = declaration.Selection!;
        var margin = double.PositiveInfinity;
        var visits = queries.Select(head =>
        {
            var (vertical, slash) = Sums(head, keys, offset, selection.LastRows, declaration.Scale);
            var columns = Top(vertical, selection.TopK, selection.Sink, ref margin);
            var diagonals = Top(slash, selection.Diagonals, selection.Local, ref margin);
            var rows = new bool[head.Length][];
            foreach (var group in Enumerable.Range(0, head.Length).GroupBy(i => (i + offset) / selection.Rows))
            {
                var (first, last) = (group.Min() + offset, group.Max() + offset);
                var listed = Enumerable.Range(0, keys.Length)
                    .Select(key => columns.Contains(key) || Enumerable.Range(first, last - first + 1).Any(position => diagonals.Contains(position - key)))
                    .ToArray();
                foreach (var row in group) rows[row] = listed;
            }

            return rows;
        }).ToArray();
        return new SelectedKeys(visits, margin);
    }

    private static (double[] Vertical, double[] Slash) Sums(double[][] head, double[][] keys, int offset, int lastRows, double scale)
    {
        var (vertical, slash) = (new double[keys.Length], new double[keys.Length]);
        for (var row = Math.Max(0, head.Length - lastRows); row < head.Length; row++)
        {
            var scores = keys.Take(row + offset + 1).Select(key => key.Zip(head[row], (k, q) => k * q).Sum() * scale).ToArray();
            var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            for (var key = 0; key < weights.Length; key++)
            {
                vertical[key] += weights[key] / weights.Sum();
                slash[row + offset - key] += weights[key] / weights.Sum();
            }
        }

        return (vertical, slash);
    }

    private static HashSet<int> Top(double[] sums, int count, int forced, ref double margin)
    {
        var order = Enumerable.Range(0, sums.Length).OrderBy(i => i >= forced).ThenByDescending(i => i < forced ? 0 : sums[i]).ThenBy(i => i).ToArray();
        if (count > forced && count < sums.Length) margin = Math.Min(margin, sums[order[count - 1]] - sums[order[count]]);
        return [.. order.Take(count)];
    }
}
