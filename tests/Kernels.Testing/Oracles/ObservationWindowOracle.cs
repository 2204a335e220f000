namespace Kernels.Testing;

/// <summary>The keys that an <c>[ObservationWindowAttention]</c> kernel keeps, in fp64 from the definition on the attribute.</summary>
public static class ObservationWindowOracle
{
    /// <summary>Selects for one key head among all.</summary>
    /// <param name="queries">[key head][query head][row][channel]; row i has position i + offset.</param>
    /// <param name="keys">[key head][key][channel].</param>
    /// <param name="keyHead">The key head asked about.</param>
    /// <param name="offset">Position of row 0: keys − queries.</param>
    /// <param name="declaration">The kernel's.</param>
    public static SelectedKeys Select(double[][][][] queries, double[][][] keys, int keyHead, int offset, AttentionDeclaration declaration)
    {
        var selection = declaration.Selection!;
        var (rows, length) = (queries[0][0].Length, keys[0].Length);
        var window = Math.Min(selection.LastRows, rows);
        var (prefix, own) = (length - window, selection.TopK - window);
        var (kept, margin) = (Enumerable.Range(0, length).ToHashSet(), double.PositiveInfinity);
        if (length > selection.TopK)
        {
            var scores = queries.Zip(keys, (group, head) => Scores(group, head, window, offset, declaration)).ToArray();
            var size = own;
            if (selection.OwnShare < 1)
            {
                double[] all = [.. scores.SelectMany(head => head)];
                var total = Math.Min(own * keys.Length, all.Length);
                var wins = Ranking.Order(all).Take(total).Count(id => id / prefix == keyHead);
                margin = Ranking.Margin(all, total);
                size = (int)Math.Min(prefix, Math.Floor((1 - (double)selection.OwnShare) * wins + (double)selection.OwnShare * own + 0.5));
            }

            kept = [.. Ranking.Order(scores[keyHead]).Take(size), .. Enumerable.Range(prefix, window)];
            margin = Math.Min(margin, Ranking.Margin(scores[keyHead], size));
        }

        var visits = Enumerable.Range(0, length).Select(kept.Contains).ToArray();
        return new SelectedKeys([.. queries[keyHead].Select(head => head.Select(_ => visits).ToArray())], margin);
    }

    private static double[] Scores(double[][][] group, double[][] keys, int window, int offset, AttentionDeclaration declaration)
    {
        var selection = declaration.Selection!;
        var prefix = keys.Length - window;
        var byHead = group.Select(head =>
        {
            var sums = new double[prefix];
            for (var row = head.Length - window; row < head.Length; row++)
            {
                var scores = keys.Take(row + offset + 1).Select(key => key.Zip(head[row], (k, q) => k * q).Sum() * declaration.Scale).ToArray();
                var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                for (var key = 0; key < prefix; key++) sums[key] += weights[key] / weights.Sum();
            }

            return sums;
        }).ToArray();
        var reduced = Enumerable.Range(0, prefix).Select(key => selection.Reduction switch
        {
            GroupReduction.Sum => byHead.Sum(head => head[key]),
            GroupReduction.Mean => byHead.Average(head => head[key]),
            _ => byHead.Max(head => head[key]),
        }).ToArray();
        return [.. reduced.Select((_, key) =>
        {
            var near = reduced.Where((_, other) => Math.Abs(other - key) <= selection.PoolWidth / 2);
            return selection.Pooling == ScorePooling.Maximum ? near.Max() : near.Sum() / selection.PoolWidth;
        })];
    }
}
