namespace Kernels;

/// <summary>FlexPrefill: per head, blocks by pooled probabilities of the whole run, or blocks of columns and diagonals by its last rows.</summary>
internal sealed class CpuFlexPrefillPlan : CpuSelectingPlan
{
    private readonly LastRowProbabilities _lastRows;
    private readonly PooledEstimator _pooled;
    private readonly ParallelAction _estimate;
    private readonly int _maxBlocks, _maxGroups;
    private readonly float[] _sums, _mass, _described, _pairs;
    private readonly ulong[] _order;
    private readonly bool[] _visits;
    private readonly bool[][] _forced;
    private readonly KeySpan[][] _ranges;
    private int _batch, _head;

    public CpuFlexPrefillPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _lastRows = new LastRowProbabilities(this);
        _pooled = new PooledEstimator(this, slots: 1);
        _estimate = new ParallelAction(Estimate);
        _maxBlocks = (shape.Keys - 1) / Selection.Block + 1;
        _maxGroups = Math.Min((shape.Queries - 2) / Selection.Block + 2, _maxBlocks);
        (_sums, _mass, _described) = (new float[shape.Keys], new float[_maxBlocks], new float[_maxBlocks]);
        _pairs = new float[_maxGroups * _maxBlocks];
        _order = new ulong[Math.Max(shape.Keys, _pairs.Length)];
        _visits = new bool[shape.GroupSize * _pairs.Length];
        (_forced, _ranges) = (new bool[device.Workers.Count][], new KeySpan[device.Workers.Count][]);
        for (var worker = 0; worker < _ranges.Length; worker++) (_forced[worker], _ranges[worker]) = (new bool[_maxBlocks], new KeySpan[_maxBlocks]);
        TakeWorkspace();
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _lastRows.ByteLength + _pooled.ByteLength
        + sizeof(float) * ((long)_sums.Length + _mass.Length + _described.Length + _pairs.Length) + sizeof(ulong) * (long)_order.Length + _visits.Length
        + _ranges.Length * 13L * _maxBlocks;

    /// <inheritdoc/>
    protected override int ListHeads => Shape.GroupSize;

    /// <inheritdoc/>
    protected override (bool Tiles, bool Few) Ways => (true, false);

    private int Blocks => (Keys - 1) / Selection.Block + 1;

    private int FirstBlock => FirstPosition / Selection.Block;

    private int Groups => Blocks - FirstBlock;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _lastRows.Dispose();
        _pooled.Dispose();
    }

    /// <inheritdoc/>
    protected override void Prepare(int batch, int keyHead)
    {
        var block = Selection.Block;
        if (Keys <= Math.Max(2L * block, (Selection.MinBudget + block - 1L) / block * block))
        {
            _visits.AsSpan().Fill(true);
            return;
        }

        _visits.AsSpan().Clear();
        _pooled.Prepare(batch, keyHead);
        for (var slot = 0; slot < Shape.GroupSize; slot++)
        {
            (_batch, _head) = (batch, keyHead * Shape.GroupSize + slot);
            _lastRows.Compute(batch, _head);
            _lastRows.SumColumns(_sums.AsSpan(0, Keys));
            var mean = MeansDescribe();
            if (mean) VisitBlocks(slot);
            VisitColumns(slot, Budget(!mean));
            _lastRows.SumDiagonals(_sums.AsSpan(0, Keys));
            _sums.AsSpan(0, Keys).Reverse();
            VisitDiagonals(slot, Budget(!mean));
        }
    }

    /// <inheritdoc/>
    protected override KeyList List(int batch, int head, int group, int worker) => Choose(batch, head, group, worker);

    /// <inheritdoc/>
    protected override KeyList Choose(int batch, int head, int group, int worker)
    {
        var visits = Visits(head % Shape.GroupSize, group - FirstBlock);
        var (ranges, count) = (_ranges[worker], 0);
        for (var block = 0; block <= group; block++)
        {
            if (!visits[block]) continue;
            var (start, end) = (block * Selection.Block, (int)Math.Min((block + 1L) * Selection.Block, Keys));
            if (block > 0 && visits[block - 1]) ranges[count - 1] = ranges[count - 1] with { End = end };
            else ranges[count++] = new KeySpan(start, end);
        }

        return new KeyList(ranges.AsSpan(0, count), []);
    }

    /// <summary>Key blocks that a query block of the run visits, counted from the run's first.</summary>
    private Span<bool> Visits(int slot, int row) => _visits.AsSpan((slot * _maxGroups + row) * _maxBlocks, _maxBlocks);

    /// <summary>Whether mean query and mean keys give the last rows' blocks nearly the mass they have; the sums are those of columns.</summary>
    private bool MeansDescribe()
    {
        var mass = _mass.AsSpan(0, Blocks);
        var described = _described.AsSpan(0, Blocks);
        var rows = _lastRows.Rows;
        SumBlocks(mass);
        _pooled.Estimate(_batch, _head, Queries - rows, rows, 0, described, _forced[0].AsSpan(0, Blocks));
        var divergence = 0d;
        for (var block = 0; block < mass.Length; block++)
        {
            double a = mass[block] / rows, b = described[block];
            var middle = (a + b) / 2;
            if (a > 0) divergence += a * Math.Log(a / middle) / 2;
            if (b > 0) divergence += b * Math.Log(b / middle) / 2;
        }

        return Math.Sqrt(Math.Max(0, divergence)) < Selection.Divergence;
    }

    /// <summary>Visits pairs of blocks by their pooled probabilities until these hold the mass; every query block has a sum of 1.</summary>
    private void VisitBlocks(int slot)
    {
        Cpu.Workers.Run(Groups, _estimate);
        var pairs = 0;
        for (var row = 0; row < Groups; row++)
            for (var block = 0; block <= FirstBlock + row; block++)
                _order[pairs++] = ScoreOrder.Descending(_pairs[row * _maxBlocks + block], row * _maxBlocks + block);
        Array.Sort(_order, 0, pairs);
        var taken = 0d;
        for (var i = 0; i < pairs && taken < (double)Selection.Mass * Groups; i++)
        {
            var pair = ScoreOrder.Id(_order[i]);
            taken += _pairs[pair];
            Visits(slot, pair / _maxBlocks)[pair % _maxBlocks] = true;
        }
    }

    private void Estimate(int row, int worker)
    {
        var (first, rows) = RowsOf(FirstBlock + row);
        var blocks = FirstBlock + row + 1;
        _pooled.Estimate(_batch, _head, first, rows, worker, _pairs.AsSpan(row * _maxBlocks, blocks), _forced[worker].AsSpan(0, blocks));
    }

    private void VisitColumns(int slot, int budget)
    {
        foreach (var entry in Top(budget))
            for (var row = 0; row < Groups; row++) Visits(slot, row)[ScoreOrder.Id(entry)] = true;
    }

    private void VisitDiagonals(int slot, int budget)
    {
        foreach (var entry in Top(budget))
            for (var row = 0; row < Groups; row++)
                if (FirstBlock + row - ScoreOrder.Id(entry) is >= 0 and var block) Visits(slot, row)[block] = true;
    }

    /// <summary>Blocks of columns or diagonals to visit, by the sums of single ones.</summary>
    private int Budget(bool holdsMass)
    {
        var (count, taken, total) = (0, 0d, (double)Selection.Mass * _lastRows.Rows);
        if (holdsMass)
        {
            for (var i = 0; i < Keys; i++) _order[i] = ScoreOrder.Descending(_sums[i], i);
            Array.Sort(_order, 0, Keys);
            for (; count < Keys && taken < total; count++) taken += _sums[ScoreOrder.Id(_order[count])];
        }

        var least = Math.Max(1, Selection.MinBudget / Selection.Block);
        return Math.Min(Blocks, holdsMass ? Math.Max(count / Selection.Block + 1, least) : least);
    }

    /// <summary>The first block, and those of the largest sums.</summary>
    private ReadOnlySpan<ulong> Top(int budget)
    {
        SumBlocks(_mass.AsSpan(0, Blocks));
        for (var block = 0; block < Blocks; block++) _order[block] = ScoreOrder.Descending(block == 0 ? float.PositiveInfinity : _mass[block], block);
        Array.Sort(_order, 0, Blocks);
        return _order.AsSpan(0, budget);
    }

    private void SumBlocks(Span<float> blocks)
    {
        blocks.Clear();
        for (var i = 0; i < Keys; i++) blocks[i / Selection.Block] += _sums[i];
    }
}
