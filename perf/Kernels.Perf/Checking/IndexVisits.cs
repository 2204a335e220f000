namespace Kernels.Perf.Checking;

/// <summary>The keys an index lists for the queries of one sequence; where causal, aligned with the last key.</summary>
internal sealed class IndexVisits(AttentionIndex index, AttentionShape shape, bool causal)
{
    private readonly Dictionary<(int Head, int Group), bool[]> _lists = [];

    /// <summary>Whether (head, query) visits a key.</summary>
    public Visit Visits(int head, int query, int key)
    {
        var position = Position(query);
        return key < End(position) && List(head * index.Heads / shape.QueryHeads, position / index.Rows)[key] ? Visit.Yes : Visit.No;
    }

    /// <summary>Visited pairs of all heads.</summary>
    public long CountPairs()
    {
        long pairs = 0;
        for (var head = 0; head < index.Heads; head++)
            for (var query = 0; query < shape.Queries; query++)
            {
                var position = Position(query);
                foreach (var range in index.Ranges(0, head, position / index.Rows)) pairs += Math.Clamp(End(position) - range.Start, 0, range.Length);
                foreach (var column in index.Columns(0, head, position / index.Rows)) pairs += column < End(position) ? 1 : 0;
            }

        return pairs * (shape.QueryHeads / index.Heads);
    }

    private int Position(int query) => causal ? query + shape.Keys - shape.Queries : query;

    private int End(int position) => causal ? position + 1 : shape.Keys;

    private bool[] List(int head, int group)
    {
        if (_lists.TryGetValue((head, group), out var list)) return list;
        list = new bool[index.Keys];
        foreach (var range in index.Ranges(0, head, group)) Array.Fill(list, true, range.Start, range.Length);
        foreach (var column in index.Columns(0, head, group)) list[column] = true;
        return _lists[(head, group)] = list;
    }
}
