namespace Kernels;

/// <summary>Chooses key blocks by their estimates: the forced ones, then others by descending estimate as the declared selector says.</summary>
/// <remarks>One worker's own; reused for every group of rows.</remarks>
internal sealed class BlockSelector(KeySelection selection, int maxBlocks)
{
    private readonly float[] _estimates = new float[maxBlocks], _reduced = new float[maxBlocks];
    private readonly bool[] _kept = new bool[maxBlocks], _forced = new bool[maxBlocks];
    private readonly ulong[] _order = new ulong[maxBlocks];
    private readonly KeySpan[] _ranges = new KeySpan[maxBlocks];
    private int _group, _blocks, _last;
    private float _largest;

    /// <summary>Bytes held.</summary>
    public long ByteLength => maxBlocks * (2L * sizeof(float) + 2 * sizeof(bool) + sizeof(ulong) + 12);

    /// <summary>Receives the estimates of a head.</summary>
    public Span<float> Estimates => _estimates.AsSpan(0, _blocks);

    /// <summary>Receives which blocks must be visited, beside the declared ones, since <see cref="Begin"/>.</summary>
    public Span<bool> Forced => _forced.AsSpan(0, _blocks);

    /// <summary>Begins a group of rows that chooses among <paramref name="blocks"/> blocks, its last row standing in block <paramref name="last"/>.</summary>
    public void Begin(int group, int blocks, int last)
    {
        (_group, _blocks, _last) = (group, blocks, last);
        Array.Clear(_kept, 0, blocks);
        Array.Clear(_forced, 0, blocks);
    }

    /// <summary>Adds the estimates of head number <paramref name="head"/> of <paramref name="heads"/> to those of the heads before it.</summary>
    public void Reduce(int head, int heads)
    {
        var estimates = Estimates;
        var reduced = _reduced.AsSpan(0, _blocks);
        if (head == 0) reduced.Fill(selection.Reduction == GroupReduction.Max ? float.NegativeInfinity : 0);
        switch (selection.Reduction)
        {
            case GroupReduction.Max:
                for (var block = 0; block < reduced.Length; block++) reduced[block] = Math.Max(reduced[block], estimates[block]);
                break;
            case GroupReduction.Mean:
                for (var block = 0; block < reduced.Length; block++) reduced[block] += estimates[block] / heads;
                break;
            default:
                for (var block = 0; block < reduced.Length; block++) reduced[block] += estimates[block];
                break;
        }

        if (head == heads - 1) reduced.CopyTo(estimates);
    }

    /// <summary>Keeps some of the blocks [first, end) by their estimates; what was kept since <see cref="Begin"/> stays.</summary>
    public void Select(int first, int end)
    {
        double total = 0, taken = 0;
        _largest = float.NegativeInfinity;
        int rank = 0, others = 0;
        for (var block = first; block < end; block++)
        {
            total += _estimates[block];
            _largest = MathF.Max(_largest, _estimates[block]);
            if (IsForced(block))
            {
                _kept[block] = true;
                taken += _estimates[block];
                rank++;
            }
            else _order[others++] = ScoreOrder.Descending(_estimates[block], block);
        }

        var order = _order.AsSpan(0, others);
        if (Budget(end - first) is { } budget)
        {
            var count = Math.Clamp(budget - rank, 0, others);
            ScoreOrder.Select(order, count);
            foreach (var entry in order[..count]) _kept[ScoreOrder.Id(entry)] = true;
            return;
        }

        order.Sort();
        foreach (var entry in order)
        {
            var block = ScoreOrder.Id(entry);
            if (Keeps(block, rank++, taken, total)) _kept[block] = true;
            else if (selection.Chooser is null) return;
            taken += _estimates[block];
        }
    }

    /// <summary>Keeps every block.</summary>
    public void KeepAll() => Array.Fill(_kept, true, 0, _blocks);

    /// <summary>What was kept, as ranges of keys.</summary>
    public ReadOnlySpan<KeySpan> Ranges(int keys)
    {
        var count = 0;
        for (var block = 0; block < _blocks; block++)
        {
            if (!_kept[block]) continue;
            var (start, end) = (block * selection.Block, (int)Math.Min((block + 1L) * selection.Block, keys));
            if (block > 0 && _kept[block - 1]) _ranges[count - 1] = _ranges[count - 1] with { End = end };
            else _ranges[count++] = new KeySpan(start, end);
        }

        return _ranges.AsSpan(0, count);
    }

    private bool IsForced(int block) => _forced[block] || block < selection.Sink || (block <= _last && block > _last - selection.Local);

    /// <summary>How many of <paramref name="blocks"/> blocks are kept, where their number is what is declared.</summary>
    private int? Budget(int blocks) => selection switch
    {
        { TopShare: > 0 } => (int)((double)selection.TopShare * blocks) + 1,
        { TopK: > 0 } => selection.TopK,
        _ => null,
    };

    private bool Keeps(int block, int rank, double taken, double total) => selection switch
    {
        { Chooser: { } chooser } => chooser.Keep(_estimates[block], rank, total == 0 ? 0 : (float)(taken / total), _group, block),
        { Mass: > 0 } => taken < selection.Mass * total,
        { Threshold: > 0 } => _estimates[block] >= selection.Threshold,
        _ => _estimates[block] >= _largest - selection.Difference,
    };
}
