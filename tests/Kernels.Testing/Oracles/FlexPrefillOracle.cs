namespace Kernels.Testing;

/// <summary>The key blocks that a <c>[FlexPrefillAttention]</c> kernel declares, in fp64 from the definition on the attribute.</summary>
public sealed class FlexPrefillOracle
{
    private readonly double[][] _queries, _keys;
    private readonly int _offset, _block;
    private readonly double _scale;
    private readonly KeySelection _selection;
    private readonly int[][] _groups;
    private double _margin = double.PositiveInfinity;

    private FlexPrefillOracle(double[][] queries, double[][] keys, int offset, AttentionDeclaration declaration)
    {
        (_queries, _keys, _offset, _scale, _selection) = (queries, keys, offset, declaration.Scale, declaration.Selection!);
        _block = _selection.Block;
        _groups = [.. Enumerable.Range(0, queries.Length).GroupBy(i => (i + offset) / _block).Select(group => group.ToArray())];
    }

    private int Blocks => (_keys.Length - 1) / _block + 1;

    /// <summary>Selects.</summary>
    /// <param name="queries">[head][row][channel] of the query heads of a key head; row i has position i + offset.</param>
    /// <param name="keys">[key][channel].</param>
    /// <param name="offset">Position of row 0: keys − queries.</param>
    /// <param name="declaration">The kernel's.</param>
    public static SelectedKeys Select(double[][][] queries, double[][] keys, int offset, AttentionDeclaration declaration)
    {
        var heads = queries.Select(head => new FlexPrefillOracle(head, keys, offset, declaration)).ToArray();
        var visits = heads.Select(head => head.Rows()).ToArray();
        return new SelectedKeys(visits, heads.Min(head => head._margin));
    }

    private bool[][] Rows()
    {
        var pairs = Pairs();
        return [.. _queries.Select((_, i) => _keys.Select((_, j) => pairs.Contains(((i + _offset) / _block, j / _block))).ToArray())];
    }

    private HashSet<(int Row, int Block)> Pairs()
    {
        var rounded = (_selection.MinBudget + _block - 1) / _block * _block;
        var all = _groups.SelectMany(group => Enumerable.Range(0, GroupOf(group) + 1).Select(block => (GroupOf(group), block))).ToHashSet();
        if (_keys.Length <= Math.Max(2 * _block, rounded)) return all;

        var last = _queries.Length - Math.Min(_selection.LastRows, _queries.Length);
        var probabilities = _queries[last..].Select((query, i) => Softmax(_keys.Take(last + i + _offset + 1).Select(key => Score(query, key)))).ToArray();
        var mass = new double[Blocks];
        var (columns, diagonals) = (new double[_keys.Length], new double[_keys.Length]);
        for (var i = 0; i < probabilities.Length; i++)
        for (var j = 0; j < probabilities[i].Length; j++)
        {
            mass[j / _block] += probabilities[i][j] / probabilities.Length;
            columns[j] += probabilities[i][j];
            diagonals[last + i + _offset - j] += probabilities[i][j];
        }

        var means = Enumerable.Range(0, Blocks).Select(block => Mean(_keys.Skip(block * _block).Take(_block))).ToArray();
        var described = Softmax(means.Select(mean => Score(Mean(_queries[last..]), mean)));
        var distance = Math.Sqrt(mass.Zip(described, (a, b) => Part(a, b) + Part(b, a)).Sum());
        _margin = Math.Min(_margin, Math.Abs(distance - _selection.Divergence));
        var byMeans = distance < _selection.Divergence;

        var pairs = byMeans ? Pooled(means) : [];
        foreach (var block in Top(columns, probabilities.Length, byMeans)) pairs.UnionWith(_groups.Select(group => (GroupOf(group), block)));
        foreach (var back in Top(diagonals, probabilities.Length, byMeans)) pairs.UnionWith(_groups.Select(group => (GroupOf(group), GroupOf(group) - back)));
        pairs.IntersectWith(all);
        return pairs;
    }

    private HashSet<(int Row, int Block)> Pooled(double[][] means)
    {
        var pairs = new List<(int Row, int Block)>();
        var scores = new List<double>();
        foreach (var group in _groups)
        {
            var query = Mean(group.Select(row => _queries[row]));
            var shares = Softmax(means.Take(GroupOf(group) + 1).Select(mean => Score(query, mean)));
            pairs.AddRange(shares.Select((_, block) => (GroupOf(group), block)));
            scores.AddRange(shares);
        }

        double[] all = [.. scores];
        var count = Ranking.Holding(all, _selection.Mass * _groups.Length, ref _margin);
        _margin = Math.Min(_margin, Ranking.Margin(all, count));
        return [.. Ranking.Order(all).Take(count).Select(id => pairs[id])];
    }

    // Column or diagonal blocks, the first in any case.
    private IEnumerable<int> Top(double[] sums, int rows, bool least)
    {
        var count = Math.Max(1, _selection.MinBudget / _block);
        if (!least) count = Math.Max(count, Ranking.Holding(sums, _selection.Mass * rows, ref _margin) / _block + 1);
        var blocks = sums.Chunk(_block).Select(chunk => chunk.Sum()).ToArray();
        blocks[0] = double.PositiveInfinity;
        _margin = Math.Min(_margin, count == 1 ? double.PositiveInfinity : Ranking.Margin(blocks, count));
        return Ranking.Order(blocks).Take(count);
    }

    private int GroupOf(int[] rows) => (rows[0] + _offset) / _block;

    private static double Part(double a, double b) => a > 0 ? a * Math.Log(2 * a / (a + b)) / 2 : 0;

    private double Score(double[] query, double[] key) => query.Zip(key, (q, k) => q * k).Sum() * _scale;

    private static double[] Mean(IEnumerable<double[]> vectors)
    {
        var all = vectors.ToArray();
        return [.. Enumerable.Range(0, all[0].Length).Select(c => all.Average(vector => vector[c]))];
    }

    private static double[] Softmax(IEnumerable<double> scores)
    {
        var all = scores.ToArray();
        var weights = all.Select(score => Math.Exp(score - all.Max())).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }
}
