namespace Kernels.Testing;

/// <summary>The key blocks that a <c>[SelectedAttention]</c> kernel declares, in fp64 from the definitions on the attribute and its enumerations.</summary>
public sealed class BlockSelectionOracle
{
    private readonly AttentionDeclaration _declaration;
    private readonly KeySelection _selection;
    private readonly double[][][] _queries;
    private readonly double[][] _keys;
    private readonly int _offset;
    private readonly int _boundary;
    private readonly GateOracle? _gate;
    private double _margin = double.PositiveInfinity;

    private BlockSelectionOracle(double[][][] queries, double[][] keys, int offset, AttentionDeclaration declaration, int boundary, GateOracle? gate)
    {
        (_queries, _keys, _offset, _boundary, _gate) = (queries, keys, offset, boundary, gate);
        (_declaration, _selection) = (declaration, declaration.Selection!);
    }

    /// <summary>Selects.</summary>
    /// <param name="queries">[head][row][channel] of the query heads of a key head; row i has position i + offset.</param>
    /// <param name="keys">[key][channel].</param>
    /// <param name="offset">Position of row 0.</param>
    /// <param name="declaration">The kernel's.</param>
    /// <param name="boundary">First key of a scope that selects apart, for full attention by probabilities; 0 for none.</param>
    /// <param name="gate">The key head's, where the kernel asks one.</param>
    public static SelectedKeys Select(
        double[][][] queries, double[][] keys, int offset, AttentionDeclaration declaration, int boundary = 0, GateOracle? gate = null)
    {
        var oracle = new BlockSelectionOracle(queries, keys, offset, declaration, boundary, gate);
        var visits = queries.Select(head => head.Select(_ => new bool[keys.Length]).ToArray()).ToArray();
        foreach (var rows in Enumerable.Range(0, queries[0].Length).GroupBy(i => (i + offset) / oracle._selection.Rows))
        {
            var kept = oracle.Kept([.. rows], rows.Key);
            for (var head = 0; head < queries.Length; head++)
                foreach (var row in rows)
                    for (var key = 0; key < keys.Length; key++)
                        visits[head][row][key] = kept[head].Contains(key / oracle._selection.Block);
        }

        return new SelectedKeys(visits, oracle._margin);
    }

    private HashSet<int>[] Kept(int[] rows, int group)
    {
        var all = (_keys.Length - 1) / _selection.Block + 1;
        var last = Math.Min((rows[^1] + _offset) / _selection.Block, all - 1);
        var blocks = _declaration.Causal ? last + 1 : all;
        if (group > (_offset + _queries[0].Length - 1) / _selection.Rows - _selection.DenseGroups)
            return [.. _queries.Select(_ => Enumerable.Range(0, blocks).ToHashSet())];
        var forced = _queries.Select(head => Undescribed(head, rows, blocks)).ToArray();
        var estimates = _queries.Select(head => Estimate(head, rows, blocks)).ToArray();
        switch (_selection.Reduction)
        {
            case GroupReduction.None when _boundary > 0:
                return [.. _queries.Select(head => ChooseApart(head, rows, group))];
            case GroupReduction.None:
                return [.. estimates.Zip(forced, (own, must) => Choose(own, must, group, last))];
            case GroupReduction.Any:
                var union = estimates.Zip(forced, (own, must) => Choose(own, must, group, last)).SelectMany(kept => kept).ToHashSet();
                return [.. estimates.Select(_ => union)];
            default:
                var reduced = Enumerable.Range(0, blocks).Select(block => _selection.Reduction switch
                {
                    GroupReduction.Sum => estimates.Sum(own => own[block]),
                    GroupReduction.Mean => estimates.Average(own => own[block]),
                    _ => estimates.Max(own => own[block]),
                }).ToArray();
                var kept = Choose(reduced, [.. Enumerable.Range(0, blocks).Select(block => forced.Any(own => own[block]))], group, last);
                return [.. estimates.Select(_ => kept)];
        }
    }

    private double[] Estimate(double[][] head, int[] rows, int blocks) => _selection.Estimator switch
    {
        KeyEstimator.Pooled => Softmax([.. Enumerable.Range(0, blocks).Select(block => IsUndescribed(KeysOf(block))
            ? double.NegativeInfinity
            : Score(Mean(rows.Select(row => head[row])), Mean(KeysOf(block))))]),
        KeyEstimator.Bounds => [.. Enumerable.Range(0, blocks).Select(block => Bound(head[rows.Single()], KeysOf(block)))],
        KeyEstimator.Antidiagonal => Antidiagonal(head, rows, blocks),
        KeyEstimator.Gate => Softmax(_gate!.Logits(Array.IndexOf(_queries, head), head, rows, _keys, _offset, _selection.Rows, blocks)),
        KeyEstimator.GroupGate => Softmax(_gate!.SharedLogits(_queries, rows.Single(), _keys, _offset, blocks)),
        _ => Probabilities(head, rows, blocks),
    };

    // Blocks before the boundary's by probabilities for all keys, the others by those for the others only.
    private HashSet<int> ChooseApart(double[][] head, int[] rows, int group)
    {
        var first = _boundary / _selection.Block;
        var (earlier, later) = (_keys[..(first * _selection.Block)], _keys[(first * _selection.Block)..]);
        double[] ShareOf(double[][] seen, double[][] counted, double[] row)
        {
            var weights = counted.Select(key => Math.Exp(Score(row, key))).ToArray();
            var total = seen.Sum(key => Math.Exp(Score(row, key)));
            return [.. weights.Chunk(_selection.Block).Select(chunk => chunk.Sum() / total)];
        }

        double[] Mean(double[][] seen, double[][] counted) => counted.Length == 0 ? [] : [.. rows.Select(row => ShareOf(seen, counted, head[row]))
            .Aggregate((left, right) => [.. left.Zip(right, (l, r) => l + r)]).Select(sum => sum / rows.Length)];

        var before = Mean(_keys, earlier);
        var after = Mean(later, later);
        var kept = before.Length == 0 ? [] : Choose(before, new bool[before.Length], group, -1);
        kept.UnionWith(Choose(after, new bool[after.Length], group, -1).Select(block => block + first));
        return kept;
    }

    private double[] Probabilities(double[][] head, int[] rows, int blocks)
    {
        var estimates = new double[blocks];
        foreach (var row in rows)
        {
            var visible = _declaration.Causal ? row + _offset + 1 : _keys.Length;
            var shares = Softmax([.. _keys.Take(visible).Select(key => Score(head[row], key))]);
            for (var key = 0; key < visible; key++) estimates[key / _selection.Block] += shares[key] / rows.Length;
        }

        return estimates;
    }

    private double[] Antidiagonal(double[][] head, int[] rows, int blocks)
    {
        var stride = _selection.Stride;
        var estimates = new double[blocks];
        var squares = rows.Select(row => (row + _offset) / stride).Distinct().ToArray();
        foreach (var square in squares)
        {
            var visible = _declaration.Causal ? square + 1 : (_keys.Length - 1) / stride + 1;
            var sums = new double[Math.Min(visible, (_keys.Length - 1) / stride + 1)];
            for (var column = 0; column < sums.Length; column++)
            {
                for (var s = 0; s < stride; s++)
                {
                    var (row, key) = (square * stride + stride - 1 - s - _offset, column * stride + s);
                    if (rows.Contains(row) && key < _keys.Length) sums[column] += Score(head[row], _keys[key]) / stride;
                }
            }

            var shares = Softmax(sums);
            for (var column = 0; column < sums.Length; column++) estimates[column * stride / _selection.Block] += shares[column] / squares.Length;
        }

        return estimates;
    }

    private bool[] Undescribed(double[][] head, int[] rows, int blocks)
    {
        var all = IsUndescribed([.. rows.Select(row => head[row])]);
        return [.. Enumerable.Range(0, blocks).Select(block => all || IsUndescribed(KeysOf(block)))];
    }

    private bool IsUndescribed(double[][] vectors)
    {
        if (_selection.SelfSimilarity == 0) return false;
        var directions = vectors.Select(vector => vector.Select(channel => channel / Math.Sqrt(vector.Sum(c => c * c))).ToArray()).ToArray();
        var similarity = directions.Average(left => directions.Average(right => left.Zip(right, (l, r) => l * r).Sum()));
        _margin = Math.Min(_margin, Math.Abs(similarity - _selection.SelfSimilarity));
        return similarity <= _selection.SelfSimilarity;
    }

    private HashSet<int> Choose(double[] estimates, bool[] must, int group, int last)
    {
        var ids = Enumerable.Range(0, estimates.Length).ToArray();
        var forced = ids.Where(block => must[block] || block < _selection.Sink || (block <= last && block > last - _selection.Local)).ToArray();
        var others = ids.Except(forced).OrderByDescending(block => estimates[block]).ThenBy(block => block).ToArray();
        var kept = forced.ToHashSet();
        var (taken, total) = (forced.Sum(block => estimates[block]), estimates.Sum());
        for (var i = 0; i < others.Length; i++)
        {
            var (block, rank) = (others[i], forced.Length + i);
            var keeps = _selection switch
            {
                { Chooser: { } chooser } => chooser.Keep((float)estimates[block], rank, (float)(taken / total), group, block),
                { Mass: > 0 } => taken < _selection.Mass * total,
                { Threshold: > 0 } => estimates[block] >= _selection.Threshold,
                { Difference: > 0 } => estimates[block] >= estimates.Max() - _selection.Difference,
                { TopShare: > 0 } => rank < (int)((double)_selection.TopShare * estimates.Length) + 1,
                _ => rank < _selection.TopK,
            };
            if (_selection.Mass > 0) _margin = Math.Min(_margin, Math.Abs(taken - _selection.Mass * total));
            if (_selection.Threshold > 0) _margin = Math.Min(_margin, Math.Abs(estimates[block] - _selection.Threshold));
            if (keeps) kept.Add(block);
            if (_selection.Difference > 0) _margin = Math.Min(_margin, Math.Abs(estimates[block] - (estimates.Max() - _selection.Difference)));
            // Neighbours of which only one is kept must not change places.
            if (_selection is { Threshold: 0, Difference: 0 } && i > 0 && keeps != kept.Contains(others[i - 1]))
                _margin = Math.Min(_margin, estimates[others[i - 1]] - estimates[block]);
            taken += estimates[block];
        }

        return kept;
    }

    private double[][] KeysOf(int block) => [.. _keys.Skip(block * _selection.Block).Take(_selection.Block)];

    private double Bound(double[] query, double[][] keys)
    {
        double sum = 0;
        for (var c = 0; c < query.Length; c++) sum += Math.Max(query[c] * keys.Min(key => key[c]), query[c] * keys.Max(key => key[c]));
        return sum * _declaration.Scale;
    }

    private double Score(double[] query, double[] key) => query.Zip(key, (q, k) => q * k).Sum() * _declaration.Scale;

    private static double[] Mean(IEnumerable<double[]> vectors)
    {
        var all = vectors.ToArray();
        return [.. Enumerable.Range(0, all[0].Length).Select(c => all.Average(vector => vector[c]))];
    }

    private static double[] Softmax(double[] scores)
    {
        if (scores.All(double.IsNegativeInfinity)) return new double[scores.Length];
        var weights = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }
}
