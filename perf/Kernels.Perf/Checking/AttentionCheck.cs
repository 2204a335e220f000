using System.Numerics.Tensors;

namespace Kernels.Perf.Checking;

/// <summary>
/// Checks attention in fp64, one row of every stripe of rows in every head, first and last rows included: every score of the
/// row is computed from its definition.
/// </summary>
/// <remarks>Tensors are [tokens, heads, channels] of one sequence; query head h reads key head h·keyHeads/queryHeads.</remarks>
internal sealed class AttentionCheck
{
    // Averages in fp32 drift by about 1e-5. A softmax weight is off by the absolute error of its score: a sum of c products drifts
    // by about √c·2⁻²⁴ of |query|·|key|.
    private const double AverageLimit = 2e-5, ScoreLimit = 2 * 5.96e-8;

    private readonly double[] _q, _k, _v, _longestKeys;
    private readonly int _queries, _keys, _queryHeads, _keyHeads, _channels;
    private readonly double _scale;

    public AttentionCheck(float[] q, float[] k, float[] v, int queries, int keys, int queryHeads, int keyHeads, int channels)
    {
        (_q, _k, _v) = (Widen(q), Widen(k), Widen(v));
        (_queries, _keys, _queryHeads, _keyHeads, _channels) = (queries, keys, queryHeads, keyHeads, channels);
        _scale = 1 / Math.Sqrt(channels);
        _longestKeys = new double[keyHeads];
        for (var vector = 0; vector < keys * keyHeads; vector++)
            _longestKeys[vector % keyHeads] = Math.Max(
                _longestKeys[vector % keyHeads], Math.Sqrt(TensorPrimitives.SumOfSquares<double>(_k.AsSpan(vector * channels, channels))));
    }

    /// <summary>Checks <paramref name="output"/>, [queries, query heads, channels].</summary>
    /// <param name="output">The answer.</param>
    /// <param name="visits">Whether (head, query) visits a key, for the queries that are checked.</param>
    /// <param name="stripe">Rows of which one is checked.</param>
    /// <exception cref="WrongAnswerException">A row differs by more than rounding explains.</exception>
    public void Verify(ReadOnlySpan<float> output, Func<int, int, int, Visit> visits, int stripe = 64)
    {
        if (output.Length != _queries * _queryHeads * _channels)
            throw new WrongAnswerException($"The answer has {output.Length} entries; {_queries}×{_queryHeads}×{_channels} were expected.");
        if (!float.IsFinite(TensorPrimitives.SumOfSquares(output)))
            throw new WrongAnswerException("The answer holds NaN or infinities.");
        var random = new Random(_queries);
        for (var head = 0; head < _queryHeads; head++)
        {
            VerifyRow(output, 0, head, visits);
            VerifyRow(output, _queries - 1, head, visits);
            for (var first = 0; first < _queries; first += stripe)
                VerifyRow(output, Math.Min(first + random.Next(stripe), _queries - 1), head, visits);
        }
    }

    /// <summary>Mean share of dense attention's mass that the visited keys hold, over a few rows of every head; doubtful keys count.</summary>
    /// <param name="visits">Whether (head, query) visits a key.</param>
    /// <param name="sees">Whether a query may see a key at all.</param>
    /// <param name="rows">Rows of a head, spread evenly; all where there are fewer.</param>
    public double Recall(Func<int, int, int, Visit> visits, Func<int, int, bool> sees, int rows = 32)
    {
        var (recall, count) = (0d, Math.Min(rows, _queries));
        for (var head = 0; head < _queryHeads; head++)
            for (var i = 1; i <= count; i++)
            {
                var query = (int)((long)i * _queries / count) - 1;
                var scores = new double[_keys];
                for (var key = 0; key < _keys; key++) scores[key] = sees(query, key) ? _scale * Dot(query, head, key) : double.NegativeInfinity;
                var maximum = scores.Max();
                double visited = 0, all = 0;
                for (var key = 0; key < _keys; key++)
                {
                    var weight = Math.Exp(scores[key] - maximum);
                    all += weight;
                    if (weight > 0 && visits(head, query, key) != Visit.No) visited += weight;
                }

                recall += visited / all;
            }

        return recall / (count * _queryHeads);
    }

    private void VerifyRow(ReadOnlySpan<float> output, int query, int head, Func<int, int, int, Visit> visits)
    {
        var (expected, doubtful) = Row(query, head, visits);
        var received = output.Slice((query * _queryHeads + head) * _channels, _channels);
        var magnitude = Math.Max(1e-2, Math.Sqrt(TensorPrimitives.SumOfSquares<double>(expected) / _channels));
        var limit = (AverageLimit + ScoreLimit * Math.Sqrt(_channels) * LargestScore(query, head)) * magnitude + doubtful;
        for (var c = 0; c < _channels; c++)
            if (!(Math.Abs(received[c] - expected[c]) <= limit))
                throw new WrongAnswerException(
                    $"Query {query}, head {head}, channel {c} is {received[c]:g9}; fp64 gives {expected[c]:g9} (limit ±{limit:g3}).");
    }

    /// <summary>The row with every doubtful key, and the most that leaving doubtful keys out could change a channel.</summary>
    private (double[] Row, double Doubtful) Row(int query, int head, Func<int, int, int, Visit> visits)
    {
        var keyHead = head * _keyHeads / _queryHeads;
        var scores = new double[_keys];
        var doubts = new bool[_keys];
        for (var j = 0; j < _keys; j++)
        {
            var visit = visits(head, query, j);
            doubts[j] = visit == Visit.Doubtful;
            scores[j] = visit == Visit.No ? double.NegativeInfinity : _scale * Dot(query, head, j);
        }

        var row = new double[_channels];
        var maximum = scores.Max();
        if (double.IsNegativeInfinity(maximum)) return (row, 0);
        double sum = 0, doubtfulSum = 0, largest = 0;
        for (var j = 0; j < _keys; j++)
        {
            if (double.IsNegativeInfinity(scores[j])) continue;
            var weight = Math.Exp(scores[j] - maximum);
            var value = _v.AsSpan((j * _keyHeads + keyHead) * _channels, _channels);
            sum += weight;
            if (doubts[j]) doubtfulSum += weight;
            largest = Math.Max(largest, Math.Abs(TensorPrimitives.MaxMagnitude<double>(value)));
            TensorPrimitives.MultiplyAdd(value, weight, row, row);
        }

        TensorPrimitives.Divide(row, sum, row);
        // Without weights that are a share s of the sum, an average of values up to m moves by at most 2·m·s/(1 − s).
        return (row, 2 * largest * doubtfulSum / (sum - doubtfulSum));
    }

    private double LargestScore(int query, int head) => _scale * _longestKeys[head * _keyHeads / _queryHeads]
        * Math.Sqrt(TensorPrimitives.SumOfSquares<double>(_q.AsSpan((query * _queryHeads + head) * _channels, _channels)));

    /// <summary>Query · key of query head <paramref name="head"/>, not scaled.</summary>
    private double Dot(int query, int head, int key) => TensorPrimitives.Dot<double>(
        _q.AsSpan((query * _queryHeads + head) * _channels, _channels),
        _k.AsSpan((key * _keyHeads + head * _keyHeads / _queryHeads) * _channels, _channels));

    private static double[] Widen(float[] values) => Array.ConvertAll(values, value => (double)value);
}
