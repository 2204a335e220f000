using System.Numerics.Tensors;

namespace Kernels.Perf.Checking;

/// <summary>
/// Checks attention within clusters (arXiv 2003.05997, as declared by [RoutedAttention]) in fp64 from the definition: causal, one sequence, every head
/// its own keys. Rows that members are doubtful for, because rounding could exchange them, are left out.
/// </summary>
internal sealed class RoutedCheck
{
    // Scores of unit vectors for centroids of length √channels err by about 1e-6.
    private const double Doubt = 1e-5, Limit = 1e-4;

    private readonly double[][] _q, _k, _v;
    private readonly int _heads, _channels;
    private readonly (Members Queries, Members Keys)[][] _clusters; // [head][centroid]

    /// <param name="q">[tokens, heads, channels].</param>
    /// <param name="k">[tokens, heads, channels].</param>
    /// <param name="v">[tokens, heads, channels].</param>
    /// <param name="centroids">[centroids, heads, channels].</param>
    /// <param name="heads">Query heads, each with its own keys.</param>
    /// <param name="channels">Channels of a head.</param>
    /// <param name="cluster">Tokens of a cluster.</param>
    public RoutedCheck(float[] q, float[] k, float[] v, float[] centroids, int heads, int channels, int cluster)
    {
        (_q, _k, _v, _heads, _channels) = (Rows(q, channels), Rows(k, channels), Rows(v, channels), heads, channels);
        var nearby = Rows(centroids, channels);
        _clusters = new (Members, Members)[heads][];
        for (var head = 0; head < heads; head++)
        {
            var own = new (Members Queries, Members Keys)[nearby.Length / heads];
            var h = head;
            Parallel.For(0, own.Length, c => own[c] = (Nearest(_q, nearby[c * heads + h], h, cluster), Nearest(_k, nearby[c * heads + h], h, cluster)));
            _clusters[head] = own;
        }
    }

    /// <summary>Checks <paramref name="output"/>, [tokens, heads, channels], on every <paramref name="stripe"/>th row that no doubt touches.</summary>
    /// <exception cref="WrongAnswerException">A row differs by more than rounding explains, or none could be checked.</exception>
    public void Verify(ReadOnlySpan<float> output, int stripe = 97)
    {
        var verified = 0;
        for (var head = 0; head < _heads; head++)
            for (var row = 0; row < _q.Length / _heads; row += stripe)
            {
                if (Expected(head, row) is not { } expected) continue;
                for (var c = 0; c < _channels; c++)
                    if (!(Math.Abs(output[(row * _heads + head) * _channels + c] - expected[c]) <= Limit))
                        throw new WrongAnswerException(
                            $"Query {row}, head {head}, channel {c} is {output[(row * _heads + head) * _channels + c]:g9}; fp64 gives {expected[c]:g9} (limit ±{Limit}).");
                verified++;
            }

        if (verified == 0) throw new WrongAnswerException("No row could be checked: doubtful members touch every one.");
    }

    // Null where it is doubtful which clusters the row is in, or what they hold.
    private double[]? Expected(int head, int row)
    {
        var (sum, count) = (new double[_channels], 0);
        foreach (var (queries, keys) in _clusters[head])
        {
            if (queries.Doubtful.Contains(row)) return null;
            if (!queries.Tokens.Contains(row)) continue;
            if (keys.Doubtful.Length > 0) return null;
            var seen = keys.Tokens.Where(key => key <= row).ToArray();
            if (seen.Length == 0) continue;
            var scores = seen.Select(key => TensorPrimitives.Dot<double>(_q[row * _heads + head], _k[key * _heads + head]) / Math.Sqrt(_channels)).ToArray();
            var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
            for (var i = 0; i < seen.Length; i++)
                for (var c = 0; c < _channels; c++) sum[c] += weights[i] / weights.Sum() * _v[seen[i] * _heads + head][c];
            count++;
        }

        return count == 0 ? sum : [.. sum.Select(channel => channel / count)];
    }

    private Members Nearest(double[][] vectors, double[] centroid, int head, int count)
    {
        var tokens = vectors.Length / _heads;
        var scores = new double[tokens];
        for (var token = 0; token < tokens; token++)
        {
            var vector = vectors[token * _heads + head];
            scores[token] = TensorPrimitives.Dot<double>(vector, centroid) / Math.Sqrt(TensorPrimitives.SumOfSquares<double>(vector));
        }

        var order = Enumerable.Range(0, tokens).OrderByDescending(token => scores[token]).ToArray();
        if (count >= tokens) return new Members(order, []);
        var (last, next) = (scores[order[count - 1]], scores[order[count]]);
        return new Members(order[..count], last - next >= Doubt ? [] : [.. order.Where(token => Math.Abs(scores[token] - last) < Doubt)]);
    }

    /// <summary>Tokens of a cluster, and those that rounding could exchange.</summary>
    private sealed record Members(int[] Tokens, int[] Doubtful);

    private static double[][] Rows(float[] values, int channels) => [.. values.Chunk(channels).Select(row => Array.ConvertAll(row, value => (double)value))];
}
