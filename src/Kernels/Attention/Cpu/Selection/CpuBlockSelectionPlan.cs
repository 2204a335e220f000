namespace Kernels;

/// <summary>Attention over key blocks chosen by an estimate: estimator → selector → ranges, for each group of rows just before it walks them.</summary>
internal sealed class CpuBlockSelectionPlan : CpuSelectingPlan
{
    private readonly KeyBlockEstimator _estimator;
    private readonly BlockSelector[] _selectors;
    private readonly ParallelAction _chooseUnit;
    private readonly KeySpan[] _unitRanges;
    private readonly int[] _unitCounts;
    private readonly int _maxBlocks;

    public CpuBlockSelectionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        _maxBlocks = (shape.Keys - 1) / Selection.Block + 1;
        _selectors = new BlockSelector[device.Workers.Count];
        for (var i = 0; i < _selectors.Length; i++) _selectors[i] = new BlockSelector(Selection, _maxBlocks);
        // Single rows select for every key head before any of them walks.
        var units = Ways.Few ? shape.Batch * shape.KeyHeads * ListHeads * Math.Min(shape.Queries, FewTokens) : 0;
        (_unitRanges, _unitCounts) = (new KeySpan[units * _maxBlocks], new int[units]);
        _chooseUnit = new ParallelAction(ChooseUnit);
        _estimator = Selection.Estimator switch
        {
            KeyEstimator.Pooled => new PooledEstimator(this, Ways.Few ? shape.Batch * shape.KeyHeads : 1),
            KeyEstimator.Bounds => new BoundsEstimator(this, shape.Batch * shape.KeyHeads),
            KeyEstimator.Antidiagonal => new AntidiagonalEstimator(this),
            KeyEstimator.Gate or KeyEstimator.GroupGate => new GateEstimator(this),
            _ => new ProbabilityEstimator(this),
        };
        TakeWorkspace();
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes =>
        base.WorkspaceBytes + _estimator.ByteLength + _selectors.Sum(selector => selector.ByteLength) + 12L * _unitRanges.Length;

    /// <inheritdoc/>
    protected override int ListHeads => Selection.Reduction == GroupReduction.None && Selection.Estimator != KeyEstimator.GroupGate ? Shape.GroupSize : 1;

    /// <inheritdoc/>
    protected override (bool Tiles, bool Few) Ways => Selection.Rows == 1 ? (false, true) : (true, false);

    /// <inheritdoc/>
    public override long SummaryBytes => _estimator.SummaryBytes;

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _estimator.Dispose();
    }

    /// <inheritdoc/>
    protected override void RunCore(in AttentionRun run)
    {
        _estimator.Summary = run.Summary;
        try
        {
            base.RunCore(run);
        }
        finally
        {
            _estimator.Summary = null;
        }
    }

    /// <inheritdoc/>
    protected override void UseGate(GateKeyCache gate) => ((GateEstimator)_estimator).Cache = gate;

    /// <inheritdoc/>
    protected override void Prepare(int batch, int keyHead) => _estimator.Prepare(batch, keyHead);

    /// <inheritdoc/>
    protected override void PrepareFew()
    {
        for (var batch = FirstSequence; batch < FirstSequence + Batch; batch++)
            for (var keyHead = 0; keyHead < Shape.KeyHeads; keyHead++) Prepare(batch, keyHead);
        if (Queries <= FewTokens) Cpu.Workers.Run(UnitCount, _chooseUnit);
    }

    /// <inheritdoc/>
    protected override KeyList List(int batch, int head, int group, int worker)
    {
        if (!Ways.Few || Queries > FewTokens) return Choose(batch, head, group, worker);
        var unit = (((batch - FirstSequence) * Shape.KeyHeads * ListHeads) + head / (Shape.GroupSize / ListHeads)) * Queries + group - FirstPosition;
        return new KeyList(_unitRanges.AsSpan(unit * _maxBlocks, _unitCounts[unit]), []);
    }

    /// <inheritdoc/>
    protected override KeyList Choose(int batch, int head, int group, int worker)
    {
        var (first, rows) = RowsOf(group);
        var all = (Keys - 1) / Selection.Block + 1;
        var last = Math.Min((FirstPosition + first + rows - 1) / Selection.Block, all - 1);
        var selector = _selectors[worker];
        selector.Begin(group, Declaration.Causal ? last + 1 : all, last);
        if (group > (FirstPosition + Queries - 1) / Selection.Rows - Selection.DenseGroups)
        {
            selector.KeepAll();
            return new KeyList(selector.Ranges(Keys), []);
        }

        var (blocks, apart) = (selector.Estimates.Length, Boundary / Selection.Block);
        ChooseAmong(selector, batch, head, first, rows, worker, 0, Boundary == 0 ? blocks : apart);
        if (Boundary > 0) ChooseAmong(selector, batch, head, first, rows, worker, apart, blocks);
        return new KeyList(selector.Ranges(Keys), []);
    }

    /// <summary>Chooses among blocks [from, end); the probabilities are those of all blocks from the first on.</summary>
    private void ChooseAmong(BlockSelector selector, int batch, int head, int first, int rows, int worker, int from, int end)
    {
        var heads = Selection.Reduction == GroupReduction.None ? 1 : Shape.GroupSize;
        var apart = Selection.Reduction is GroupReduction.None or GroupReduction.Any;
        _estimator.Begin(batch, head, heads, first, selector.Estimates.Length, worker);
        for (var h = 0; h < heads; h++)
        {
            if (from == 0) _estimator.Estimate(batch, head + h, first, rows, worker, selector.Estimates, selector.Forced);
            else _estimator.EstimateFrom(from, batch, head + h, first, rows, worker, selector.Estimates, selector.Forced);
            if (apart) selector.Select(from, end);
            else selector.Reduce(h, heads);
        }

        if (!apart) selector.Select(from, end);
    }

    private void ChooseUnit(int unit, int worker)
    {
        var (batch, head, token) = Unit(unit);
        var ranges = Choose(batch, head, FirstPosition + token, worker).Ranges;
        ranges.CopyTo(_unitRanges.AsSpan(unit * _maxBlocks));
        _unitCounts[unit] = ranges.Length;
    }
}
