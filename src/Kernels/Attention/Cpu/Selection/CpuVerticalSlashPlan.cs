namespace Kernels;

/// <summary>Vertical-Slash: the last rows' probabilities choose columns and diagonals per head; each group of rows makes ranges and columns of them.</summary>
internal sealed unsafe class CpuVerticalSlashPlan : CpuSelectingPlan
{
    private readonly ParallelAction _score, _normalise, _sum;
    private readonly CpuBuffer _floats;
    private readonly ulong[] _order;
    private readonly int[] _columns, _diagonals;
    private readonly (KeySpan[] Ranges, int[] Columns)[] _lists;
    private readonly int _lastRows, _paddedRows, _maxColumns, _maxDiagonals;
    private readonly long _length;
    private int _batch, _head, _rows;

    public CpuVerticalSlashPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        (_score, _normalise, _sum) = (new ParallelAction(Score), new ParallelAction(Normalise), new ParallelAction(Sum));
        _lastRows = Math.Min(Selection.LastRows, shape.Queries);
        _paddedRows = KeyPanels.RoundUp(_lastRows, program.RowStep);
        _length = KeyPanels.RoundUp(shape.Keys, Chunk);
        _maxColumns = Math.Min(Selection.TopK, shape.Keys);
        _maxDiagonals = Math.Min(Selection.Diagonals, shape.Keys);
        // Queries, their probabilities, sums by column and by diagonal; per worker the scores of a chunk; a row of conversion scratch.
        _floats = (CpuBuffer)device.Allocate(
            (_paddedRows * (Stride + _length) + 2 * _length + _paddedRows + device.Workers.Count * (long)_paddedRows * Chunk + Stride) * sizeof(float));
        _order = new ulong[shape.Keys];
        _columns = new int[shape.GroupSize * _maxColumns];
        _diagonals = new int[shape.GroupSize * _maxDiagonals];
        _lists = new (KeySpan[], int[])[device.Workers.Count];
        for (var worker = 0; worker < _lists.Length; worker++) _lists[worker] = (new KeySpan[_maxDiagonals], new int[_maxColumns]);
        TakeWorkspace();
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _floats.ByteLength + sizeof(ulong) * (long)_order.Length
        + sizeof(int) * ((long)_columns.Length + _diagonals.Length + _lists.Length * (3L * _maxDiagonals + _maxColumns));

    /// <inheritdoc/>
    protected override int ListHeads => Shape.GroupSize;

    /// <inheritdoc/>
    protected override (bool Tiles, bool Few) Ways => (true, false);

    private int Columns => Math.Min(Selection.TopK, Keys);

    private int Diagonals => Math.Min(Selection.Diagonals, Keys);

    private float* QueryRows => (float*)_floats.Pointer;

    private float* Probabilities => QueryRows + (long)_paddedRows * Stride;

    private float* ColumnSums => Probabilities + _paddedRows * _length;

    // Entry j holds the diagonal query − key = keys − 1 − j; the rows before the first make entries that no key has.
    private float* DiagonalSums => ColumnSums + _length;

    private float* Scores(int worker) => DiagonalSums + _length + _paddedRows + (long)worker * _paddedRows * Chunk;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _floats.Dispose();
    }

    /// <inheritdoc/>
    protected override void Prepare(int batch, int keyHead)
    {
        (_batch, _rows) = (batch, Math.Min(_lastRows, Queries));
        for (var slot = 0; slot < Shape.GroupSize; slot++)
        {
            _head = keyHead * Shape.GroupSize + slot;
            new Span<float>(QueryRows, _paddedRows * Stride).Clear();
            for (var row = 0; row < _rows; row++)
                LoadRow(QueryHead(batch, _head), Queries - _rows + row, QueryRows + (long)row * Stride, Scores(0));
            var chunks = (Keys - 1) / Chunk + 1;
            Cpu.Workers.Run(chunks, _score);
            Cpu.Workers.Run(_rows, _normalise);
            Cpu.Workers.Run(2, _sum);
            Top(ColumnSums, 1, Selection.Sink, _columns.AsSpan(slot * _maxColumns, Columns));
            Top(DiagonalSums + Keys - 1, -1, Selection.Local, _diagonals.AsSpan(slot * _maxDiagonals, Diagonals));
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
            var range = new KeySpan(Math.Max(0, from - diagonals[i]), to - diagonals[i] + 1);
            if (range.End <= 0) continue;
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

    /// <inheritdoc/>
    protected override AttentionIndex Index((KeySpan[] Ranges, int[] Columns)[] lists)
    {
        var (rangeStarts, columnStarts) = (new int[lists.Length + 1], new int[lists.Length + 1]);
        for (var list = 0; list < lists.Length; list++)
        {
            rangeStarts[list + 1] = rangeStarts[list] + lists[list].Ranges.Length;
            columnStarts[list + 1] = columnStarts[list] + lists[list].Columns.Length;
        }

        return new KeyRangeIndex(
            Batch, Shape.QueryHeads, FirstPosition + Queries, Keys, Selection.Rows, rangeStarts, lists.SelectMany(list => list.Ranges).ToArray(),
            columnStarts, lists.SelectMany(list => list.Columns).ToArray());
    }

    private void Score(int chunk, int worker)
    {
        var start = chunk * Chunk;
        var scores = Scores(worker);
        var count = Math.Min(Chunk, Keys - start);
        for (var key = 0; key < count; key += Program.Panel)
            Program.Score(QueryRows, KeyPanels.RoundUp(_rows, Program.RowStep), PackedKeys + (long)(start + key) * Shape.HeadDim, scores + key);
        for (var row = 0; row < _rows; row++)
            new ReadOnlySpan<float>(scores + row * Chunk, count).CopyTo(new Span<float>(Probabilities + row * _length + start, count));
    }

    private void Normalise(int row, int worker)
    {
        var visible = Keys - _rows + row + 1;
        ScoreRow.Softmax(Probabilities + row * _length, visible);
        new Span<float>(Probabilities + row * _length + visible, Keys - visible).Clear();
    }

    private void Sum(int kind, int worker)
    {
        var target = kind == 0 ? ColumnSums : DiagonalSums;
        new Span<float>(target, (int)_length).Clear();
        for (var row = 0; row < _rows; row++)
        {
            // On the diagonal of entry j, row r of R has key j − (R − 1) + r.
            var before = kind == 0 ? 0 : _rows - 1 - row;
            ScoreRow.Add(Probabilities + row * _length, target + before, Keys - before);
        }
    }

    /// <summary>The first <paramref name="forced"/> entries and those of largest sum, ascending; the entries lie <paramref name="step"/> apart.</summary>
    private void Top(float* sums, int step, int forced, Span<int> chosen)
    {
        for (var i = 0; i < Keys; i++)
        {
            // Sums are not negative: their bits ascend with them.
            var rank = i < forced ? 0 : uint.MaxValue - BitConverter.SingleToUInt32Bits(sums[(long)i * step]);
            _order[i] = (ulong)rank << 32 | (uint)i;
        }

        Array.Sort(_order, 0, Keys);
        for (var i = 0; i < chosen.Length; i++) chosen[i] = (int)(uint)_order[i];
        chosen.Sort();
    }
}
