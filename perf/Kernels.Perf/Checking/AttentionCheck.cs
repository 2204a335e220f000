using System.Numerics.Tensors;

namespace Kernels.Perf.Checking;

/// <summary>
/// Checks attention in fp64, one row of every stripe of rows in every head, first and last rows included: every score of the
/// row is computed from its definition.
/// </summary>
/// <remarks>Tensors are [tokens, heads, channels] of one sequence; query head h reads key head h·keyHeads/queryHeads.</remarks>
internal sealed class AttentionCheck
{
    // Softmax weights carry the fp32 error of scores of some tens; outputs are averages of values of order one.
    private const double Limit = 2e-5;

    private readonly double[] _q, _k, _v;
    private readonly int _queries, _keys, _queryHeads, _keyHeads, _channels;
    private readonly double _scale;

    public AttentionCheck(float[] q, float[] k, float[] v, int queries, int keys, int queryHeads, int keyHeads, int channels)
    {
        (_q, _k, _v) = (Widen(q), Widen(k), Widen(v));
        (_queries, _keys, _queryHeads, _keyHeads, _channels) = (queries, keys, queryHeads, keyHeads, channels);
        _scale = 1 / Math.Sqrt(channels);
    }

    /// <summary>Checks <paramref name="output"/>, [queries, query heads, channels].</summary>
    /// <param name="output">The answer.</param>
    /// <param name="visits">Whether query i visits key j, for the queries that are checked.</param>
    /// <param name="stripe">Rows of which one is checked.</param>
    /// <exception cref="WrongAnswerException">A row differs by more than rounding explains.</exception>
    public void Verify(ReadOnlySpan<float> output, Func<int, int, bool> visits, int stripe = 64)
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

    private void VerifyRow(ReadOnlySpan<float> output, int query, int head, Func<int, int, bool> visits)
    {
        var expected = Row(query, head, visits);
        var received = output.Slice((query * _queryHeads + head) * _channels, _channels);
        var magnitude = Math.Max(1e-2, Math.Sqrt(TensorPrimitives.SumOfSquares<double>(expected) / _channels));
        for (var c = 0; c < _channels; c++)
            if (!(Math.Abs(received[c] - expected[c]) <= Limit * magnitude))
                throw new WrongAnswerException(
                    $"Query {query}, head {head}, channel {c} is {received[c]:g9}; fp64 gives {expected[c]:g9} (limit ±{Limit * magnitude:g3}).");
    }

    private double[] Row(int query, int head, Func<int, int, bool> visits)
    {
        var keyHead = head * _keyHeads / _queryHeads;
        var q = _q.AsSpan((query * _queryHeads + head) * _channels, _channels);
        var scores = new double[_keys];
        for (var j = 0; j < _keys; j++)
            scores[j] = visits(query, j)
                ? _scale * TensorPrimitives.Dot<double>(q, _k.AsSpan((j * _keyHeads + keyHead) * _channels, _channels))
                : double.NegativeInfinity;
        var row = new double[_channels];
        var maximum = scores.Max();
        if (double.IsNegativeInfinity(maximum)) return row;
        double sum = 0;
        for (var j = 0; j < _keys; j++)
        {
            if (double.IsNegativeInfinity(scores[j])) continue;
            var weight = Math.Exp(scores[j] - maximum);
            sum += weight;
            TensorPrimitives.MultiplyAdd(_v.AsSpan((j * _keyHeads + keyHead) * _channels, _channels), weight, row, row);
        }

        TensorPrimitives.Divide(row, sum, row);
        return row;
    }

    private static double[] Widen(float[] values) => Array.ConvertAll(values, value => (double)value);
}
