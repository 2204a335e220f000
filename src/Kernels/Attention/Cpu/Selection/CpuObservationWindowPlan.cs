namespace Kernels;

/// <summary>SnapKV and Ada-KV: the last rows' probabilities choose, for each key head, which keys are kept; every row then visits those.</summary>
internal sealed class CpuObservationWindowPlan : CpuSelectingPlan
{
    private readonly LastRowProbabilities _lastRows;
    private readonly float[] _sums, _reduced, _scores;
    private readonly ulong[] _order;
    private readonly int[] _kept, _sizes;

    public CpuObservationWindowPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _lastRows = new LastRowProbabilities(this);
        (_sums, _reduced) = (new float[shape.Keys], new float[shape.Keys]);
        _scores = new float[shape.KeyHeads * shape.Keys];
        _order = new ulong[_scores.Length];
        (_kept, _sizes) = (new int[_scores.Length], new int[shape.KeyHeads]);
        TakeWorkspace();
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _lastRows.ByteLength
        + sizeof(float) * ((long)_sums.Length + _reduced.Length + _scores.Length) + sizeof(ulong) * (long)_order.Length + sizeof(int) * ((long)_kept.Length + _sizes.Length);

    /// <inheritdoc/>
    protected override int ListHeads => 1;

    /// <inheritdoc/>
    protected override (bool Tiles, bool Few) Ways => (true, false);

    /// <summary>Keys before the window.</summary>
    private int Prefix => Keys - _lastRows.Rows;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _lastRows.Dispose();
    }

    /// <inheritdoc/>
    protected override void Prepare(int batch, int keyHead)
    {
        // Heads compete for their keys: the first one chooses for all. It comes last, so that its keys stay packed.
        if (keyHead > 0) return;
        if (Keys > Selection.TopK)
            for (var head = Shape.KeyHeads - 1; head >= 0; head--)
            {
                PackHead(batch, head);
                Score(batch, head);
            }

        Size();
        for (var head = 0; head < Shape.KeyHeads; head++) Keep(head);
    }

    /// <inheritdoc/>
    protected override KeyList List(int batch, int head, int group, int worker) => Choose(batch, head, group, worker);

    /// <inheritdoc/>
    protected override KeyList Choose(int batch, int head, int group, int worker)
    {
        var keyHead = head / Shape.GroupSize;
        return new KeyList([], _kept.AsSpan(keyHead * Shape.Keys, _sizes[keyHead] + _lastRows.Rows));
    }

    private Span<float> Scores(int keyHead) => _scores.AsSpan(keyHead * Prefix, Prefix);

    private void Score(int batch, int keyHead)
    {
        var sums = _sums.AsSpan(0, Keys);
        var reduced = _reduced.AsSpan(0, Prefix);
        for (var slot = 0; slot < Shape.GroupSize; slot++)
        {
            _lastRows.Compute(batch, keyHead * Shape.GroupSize + slot);
            _lastRows.SumColumns(sums);
            for (var key = 0; key < reduced.Length; key++)
            {
                var sum = Selection.Reduction == GroupReduction.Mean ? sums[key] / Shape.GroupSize : sums[key];
                reduced[key] = slot == 0 ? sum : Selection.Reduction == GroupReduction.Max ? Math.Max(reduced[key], sum) : reduced[key] + sum;
            }
        }

        var scores = Scores(keyHead);
        var reach = Selection.PoolWidth / 2;
        for (var key = 0; key < scores.Length; key++)
        {
            var score = 0f;
            for (var near = Math.Max(0, key - reach); near <= Math.Min(key + reach, reduced.Length - 1); near++)
                score = Selection.Pooling == ScorePooling.Maximum ? Math.Max(score, reduced[near]) : score + reduced[near] / Selection.PoolWidth;
            scores[key] = score;
        }
    }

    /// <summary>How many keys before the window every head keeps.</summary>
    private void Size()
    {
        var (prefix, own) = (Prefix, Selection.TopK - _lastRows.Rows);
        Array.Fill(_sizes, Math.Min(own, prefix));
        if (prefix <= own || Selection.OwnShare == 1) return;
        var entries = Shape.KeyHeads * prefix;
        for (var i = 0; i < entries; i++) _order[i] = ScoreOrder.Descending(_scores[i], i);
        Array.Sort(_order, 0, entries);
        Array.Clear(_sizes);
        for (var i = 0L; i < Math.Min((long)own * Shape.KeyHeads, entries); i++) _sizes[ScoreOrder.Id(_order[i]) / prefix]++;
        foreach (ref var size in _sizes.AsSpan())
            size = (int)Math.Min(prefix, Math.Floor((1 - (double)Selection.OwnShare) * size + (double)Selection.OwnShare * own + 0.5));
    }

    private void Keep(int keyHead)
    {
        var kept = _kept.AsSpan(keyHead * Shape.Keys, Keys);
        var size = _sizes[keyHead];
        if (size < Prefix)
        {
            var scores = Scores(keyHead);
            for (var key = 0; key < scores.Length; key++) _order[key] = ScoreOrder.Descending(scores[key], key);
            Array.Sort(_order, 0, scores.Length);
        }

        for (var i = 0; i < size; i++) kept[i] = size < Prefix ? ScoreOrder.Id(_order[i]) : i;
        kept[..size].Sort();
        for (var i = 0; i < _lastRows.Rows; i++) kept[size + i] = Prefix + i;
    }
}
