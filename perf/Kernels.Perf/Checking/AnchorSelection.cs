using System.Numerics.Tensors;

namespace Kernels.Perf.Checking;

/// <summary>
/// The keys AnchorAttention declares for one sequence (arXiv 2505.23520, the exact cover), in fp64 from the definition: the
/// initial block, the local window that begins a block before the group, and the columns between them whose score with the mean
/// query of some block of the group comes within θ of that block's mean row maximum.
/// </summary>
internal sealed class AnchorSelection
{
    // fp32 scores of some tens carry errors of about 1e-5; a column closer to its threshold may fall on either side.
    private const double Doubt = 1e-3;

    private readonly float[] _q, _k;
    private readonly int _tokens, _queryHeads, _keyHeads, _channels, _block, _group;
    private readonly double _scale, _theta;
    private readonly Visit[][][] _columns; // [head][group][key]

    /// <param name="q">[tokens, query heads, channels].</param>
    /// <param name="k">[tokens, key heads, channels].</param>
    /// <param name="tokens">Queries and keys.</param>
    /// <param name="queryHeads">Query heads.</param>
    /// <param name="keyHeads">Key heads; divides the query heads.</param>
    /// <param name="declaration">Block, step, θ and scale.</param>
    public AnchorSelection(float[] q, float[] k, int tokens, int queryHeads, int keyHeads, AttentionDeclaration declaration)
    {
        (_q, _k) = (q, k);
        (_tokens, _queryHeads, _keyHeads, _channels) = (tokens, queryHeads, keyHeads, declaration.HeadDim);
        (_block, _group) = (declaration.Block, declaration.Block * declaration.Step);
        (_scale, _theta) = (declaration.Scale, declaration.Theta);
        var groups = (tokens + _group - 1) / _group;
        _columns = new Visit[queryHeads][][];
        for (var head = 0; head < queryHeads; head++) _columns[head] = new Visit[groups][];
        Parallel.For(0, queryHeads * groups, task => _columns[task / groups][task % groups] = Select(task / groups, task % groups));
    }

    /// <summary>Whether (head, query) visits a key.</summary>
    public Visit Visits(int head, int query, int key)
    {
        if (key > query) return Visit.No;
        var group = query / _group;
        return IsAnchor(group, key) ? Visit.Yes : _columns[head][group][key];
    }

    /// <summary>Visited pairs of all heads, without and with the doubtful columns.</summary>
    public (long Least, long Most) CountPairs()
    {
        long least = 0, most = 0;
        for (var head = 0; head < _queryHeads; head++)
            for (var query = 0; query < _tokens; query++)
            {
                var group = query / _group;
                var anchors = group == 0 ? query + 1 : _block + query + 1 - LocalStart(group);
                least += anchors;
                most += anchors;
            }

        foreach (var head in _columns)
            for (var group = 1; group < head.Length; group++)
            {
                long rows = Math.Min(_tokens, (group + 1) * _group) - group * _group;
                least += rows * head[group].Count(visit => visit == Visit.Yes);
                most += rows * head[group].Count(visit => visit != Visit.No);
            }

        return (least, most);
    }

    /// <summary>The visited keys as an index of ranges and columns; doubtful columns are in it.</summary>
    public KeyRangeIndex Index()
    {
        var groups = _columns[0].Length;
        var (ranges, rangeStarts, columns, columnStarts) = (new List<KeySpan>(), new List<int> { 0 }, new List<int>(), new List<int> { 0 });
        foreach (var head in _columns)
            for (var group = 0; group < groups; group++)
            {
                var end = Math.Min(_tokens, (group + 1) * _group);
                if (group > 0) ranges.Add(new KeySpan(0, _block));
                ranges.Add(new KeySpan(group > 0 ? LocalStart(group) : 0, end));
                columns.AddRange(Enumerable.Range(0, _tokens).Where(key => head[group][key] != Visit.No));
                rangeStarts.Add(ranges.Count);
                columnStarts.Add(columns.Count);
            }

        return new KeyRangeIndex(1, _queryHeads, _tokens, _tokens, _group, [.. rangeStarts], [.. ranges], [.. columnStarts], [.. columns]);
    }

    private int LocalStart(int group) => Math.Max(_block, group * _group - _block);

    private bool IsAnchor(int group, int key) => group == 0 || key < _block || key >= LocalStart(group);

    private Visit[] Select(int head, int group)
    {
        var columns = new Visit[_tokens];
        if (group == 0) return columns;
        var end = Math.Min(_tokens, (group + 1) * _group);
        for (var first = group * _group; first < end; first += _block)
        {
            var rows = Math.Min(_block, end - first);
            var pooled = new double[_channels];
            double anchor = 0;
            for (var query = first; query < first + rows; query++)
            {
                var row = Query(query, head);
                for (var c = 0; c < _channels; c++) pooled[c] += row[c] / (double)rows;
                anchor += Anchor(head, group, query) / rows;
            }

            for (var key = _block; key < LocalStart(group); key++)
            {
                double score = 0;
                var column = Key(key, head);
                for (var c = 0; c < _channels; c++) score += pooled[c] * column[c];
                var excess = _scale * score + _theta - anchor;
                var visit = excess > Doubt ? Visit.Yes : excess < -Doubt ? Visit.No : Visit.Doubtful;
                if (visit == Visit.Yes || columns[key] == Visit.No) columns[key] = visit;
            }
        }

        return columns;
    }

    // The products of a row's maximum may be summed in fp32: an error of 1e-5 in the mean of a block stays far below the doubt.
    private double Anchor(int head, int group, int query)
    {
        var row = Query(query, head);
        var largest = float.NegativeInfinity;
        for (var key = 0; key < _block; key++) largest = Math.Max(largest, TensorPrimitives.Dot(row, Key(key, head)));
        for (var key = LocalStart(group); key <= query; key++) largest = Math.Max(largest, TensorPrimitives.Dot(row, Key(key, head)));
        return _scale * largest;
    }

    private ReadOnlySpan<float> Query(int query, int head) => _q.AsSpan((query * _queryHeads + head) * _channels, _channels);

    private ReadOnlySpan<float> Key(int key, int head) =>
        _k.AsSpan((key * _keyHeads + head * _keyHeads / _queryHeads) * _channels, _channels);
}
