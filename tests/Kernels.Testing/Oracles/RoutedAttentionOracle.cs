namespace Kernels.Testing;

/// <summary>Attention within clusters, in fp64 from the definition on <c>[RoutedAttention]</c>.</summary>
public static class RoutedAttentionOracle
{
    /// <summary>What a head gives.</summary>
    /// <param name="Output">[row][channel].</param>
    /// <param name="Visited">Pairs, over all clusters.</param>
    /// <param name="Clusters">Clusters that each row is counted in.</param>
    /// <param name="Margin">Smallest difference that decided which tokens a centroid takes.</param>
    public sealed record Answer(double[][] Output, long Visited, int[] Clusters, double Margin);

    /// <summary>Attends.</summary>
    /// <param name="queries">[row][channel]; row i has position i + offset.</param>
    /// <param name="keys">[key][channel].</param>
    /// <param name="values">[key][channel].</param>
    /// <param name="centroids">[centroid][channel].</param>
    /// <param name="offset">Position of row 0.</param>
    /// <param name="declaration">The kernel's.</param>
    public static Answer Attend(
        double[][] queries, double[][] keys, double[][] values, double[][] centroids, int offset, AttentionDeclaration declaration)
    {
        var output = queries.Select(query => new double[query.Length]).ToArray();
        var (counts, visited, margin) = (new int[queries.Length], 0L, double.PositiveInfinity);
        foreach (var centroid in centroids)
        {
            var members = Nearest(keys, centroid, declaration.Block, ref margin);
            foreach (var row in Nearest(queries, centroid, declaration.Block, ref margin))
            {
                var seen = members.Where(key => !declaration.Causal || key <= row + offset).ToHashSet();
                if (seen.Count == 0) continue;
                var (channels, _) = DenseAttentionOracle.Row(queries[row], keys, values, declaration.Scale, seen.Contains);
                for (var c = 0; c < channels.Length; c++) output[row][c] += channels[c];
                counts[row]++;
                visited += seen.Count;
            }
        }

        for (var row = 0; row < output.Length; row++)
            for (var c = 0; c < output[row].Length; c++) output[row][c] /= Math.Max(1, counts[row]);
        return new Answer(output, visited, counts, margin);
    }

    private static int[] Nearest(double[][] tokens, double[] centroid, int count, ref double margin)
    {
        var scores = tokens.Select(token => token.Zip(centroid, (t, c) => t * c).Sum() / Math.Sqrt(token.Sum(t => t * t))).ToArray();
        margin = Math.Min(margin, Ranking.Margin(scores, count));
        return [.. Ranking.Order(scores).Take(count)];
    }
}
