namespace Kernels;

/// <summary>Vertical-Slash: the last rows' probabilities choose columns and diagonals per head; each group of rows makes ranges and columns of them.</summary>
internal sealed class CpuVerticalSlashPlan : CpuSelectingPlan
{
    private readonly LastRowProbabilities _lastRows;
    private readonly float[] _sums;
    private readonly ulong[] _order;
    private readonly int[] _columns, _diagonals;
    private readonly (KeySpan[] Ranges, int[] Columns)[] _lists;
    private readonly int _maxColumns, _maxDiagonals;

    public CpuVerticalSlashPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _maxColumns = Math.Min(Selection.TopK, shape.Keys);
        _maxDiagonals = Math.Min(Selection.Diagonals, shape.Keys);
        _lastRows = new LastRowProbabilities(this);
        _sums = new float[shape.Keys];
        _order = new ulong[shape.Keys];
        _columns = new int[shape.GroupSize * _maxColumns];
        _diagonals = new int[shape.GroupSize * _maxDiagonals];
        _lists = new (KeySpan[], int[])[device.Workers.Count];
        for (var worker = 0; worker < _lists.Length; worker++) _lists[worker] = (new KeySpan[_maxDiagonals], new int[_maxColumns]);
        TakeWorkspace();
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _lastRows.ByteLength + (sizeof(ulong) + sizeof(float)) * (long)_order.Length
        + sizeof(int) * ((long)_columns.Length + _diagonals.Length + _lists.Length * (3L * _maxDiagonals + _maxColumns));

    /// <inheritdoc/>
    protected override int ListHeads => Shape.GroupSize;

    /// <inheritdoc/>
    protected override (bool Tiles, bool Few) Ways => (true, false);

    private int Columns => Math.Min(Selection.TopK, Keys);

    private int Diagonals => Math.Min(Selection.Diagonals, Keys);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _lastRows.Dispose();
    }

    /// <inheritdoc/>
    protected override void Prepare(int batch, int keyHead)
    {
        for (var slot = 0; slot < Shape.GroupSize; slot++)
        {
            _lastRows.Compute(batch, keyHead * Shape.GroupSize + slot);
            var sums = _sums.AsSpan(0, Keys);
            _lastRows.SumColumns(sums);
            Top(sums, Selection.Sink, _columns.AsSpan(slot * _maxColumns, Columns));
            _lastRows.SumDiagonals(sums);
            sums.Reverse();
            Top(sums, Selection.Local, _diagonals.AsSpan(slot * _maxDiagonals, Diagonals));
        }
    }

    /// <inheritdoc/>
    protected override KeyList List(int batch, int head, int group, int worker) => Choose(batch, head, group, worker);

    /// <inheritdoc/>
    protected override KeyList Choose(int batch, int head, int group, int worker)
    {
        var (first, rows) = RowsOf(group);
        var (from, to) = (FirstPosition + first, FirstPosition + first + rows - 1);
        var (ranges, columns) = _lists[worker];
        var slot = head % Shape.GroupSize;
        var diagonals = _diagonals.AsSpan(slot * _maxDiagonals, Diagonals);
        var rangeCount = 0;
        // Diagonals ascend, so the ranges they make descend.
        for (var i = diagonals.Length - 1; i >= 0; i--)
        {
            if (diagonals[i] > to) continue;
            var range = new KeySpan(Math.Max(0, from - diagonals[i]), to - diagonals[i] + 1);
            if (rangeCount > 0 && range.Start <= ranges[rangeCount - 1].End) ranges[rangeCount - 1] = ranges[rangeCount - 1] with { End = range.End };
            else ranges[rangeCount++] = range;
        }

        var (columnCount, next) = (0, 0);
        foreach (var column in _columns.AsSpan(slot * _maxColumns, Columns))
        {
            if (column > to) break;
            while (next < rangeCount && ranges[next].End <= column) next++;
            if (next == rangeCount || column < ranges[next].Start) columns[columnCount++] = column;
        }

        return new KeyList(ranges.AsSpan(0, rangeCount), columns.AsSpan(0, columnCount));
    }

    /// <summary>The first <paramref name="forced"/> entries and those of largest sum, ascending.</summary>
    private void Top(ReadOnlySpan<float> sums, int forced, Span<int> chosen)
    {
        for (var i = 0; i < sums.Length; i++) _order[i] = ScoreOrder.Descending(i < forced ? float.PositiveInfinity : sums[i], i);
        Array.Sort(_order, 0, sums.Length);
        for (var i = 0; i < chosen.Length; i++) chosen[i] = ScoreOrder.Id(_order[i]);
        chosen.Sort();
    }
}
