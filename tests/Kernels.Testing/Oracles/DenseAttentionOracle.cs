namespace Kernels.Testing;

/// <summary>Attention by definition: every score in fp64, an explicit visit predicate, no tiles.</summary>
public static class DenseAttentionOracle
{
    /// <summary>One output row and its log-sum-exp.</summary>
    /// <param name="query">Channels of the query.</param>
    /// <param name="keys">Keys, one array of channels each.</param>
    /// <param name="values">Values, one array of channels each.</param>
    /// <param name="scale">Factor on query·key.</param>
    /// <param name="visits">Whether the row visits key j.</param>
    /// <param name="modify">Score modification (score, key); null for none.</param>
    public static (double[] Output, double LogSumExp) Row(
        double[] query, double[][] keys, double[][] values, double scale, Func<int, bool> visits, Func<double, int, double>? modify = null)
    {
        var output = new double[values[0].Length];
        var scores = new double[keys.Length];
        var maximum = double.NegativeInfinity;
        for (var j = 0; j < keys.Length; j++)
        {
            scores[j] = double.NegativeInfinity;
            if (!visits(j)) continue;
            double dot = 0;
            for (var c = 0; c < query.Length; c++) dot += query[c] * keys[j][c];
            scores[j] = modify is null ? dot * scale : modify(dot * scale, j);
            maximum = Math.Max(maximum, scores[j]);
        }

        if (double.IsNegativeInfinity(maximum)) return (output, double.NegativeInfinity);
        double sum = 0;
        for (var j = 0; j < keys.Length; j++)
        {
            if (!visits(j)) continue;
            var weight = Math.Exp(scores[j] - maximum);
            sum += weight;
            for (var c = 0; c < output.Length; c++) output[c] += weight * values[j][c];
        }

        for (var c = 0; c < output.Length; c++) output[c] /= sum;
        return (output, maximum + Math.Log(sum));
    }
}
