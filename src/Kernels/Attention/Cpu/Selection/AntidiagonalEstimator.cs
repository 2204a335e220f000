namespace Kernels;

/// <summary>
/// XAttention's estimate: query rows S·I + S − 1 − s against keys S·J + s summed over s give the antidiagonal sum of square (I, J); a softmax over J
/// follows, summed over each block and averaged over the rows of squares.
/// </summary>
/// <remarks>Query rows outside the run and keys past the last count as 0. Where causal, square row I sees J ≤ I.</remarks>
internal sealed unsafe class AntidiagonalEstimator : KeyBlockEstimator
{
    private readonly ParallelAction _pack;
    private readonly CpuBuffer _panels;
    private readonly long _setFloats;
    private readonly int _squareRows, _paddedRows, _maxColumns;
    private int _batch, _keyHead;

    public AntidiagonalEstimator(CpuListedAttentionPlan plan)
        : base(plan, WorkerFloats(plan))
    {
        _pack = new ParallelAction(Pack);
        _squareRows = Selection.Rows / Selection.Stride;
        _paddedRows = KeyPanels.RoundUp(_squareRows, plan.Program.RowStep);
        _maxColumns = Columns(plan, plan.Shape.Keys);
        _setFloats = KeyPanels.Floats(_maxColumns, HeadDim, plan.Program.Panel);
        _panels = (CpuBuffer)plan.Cpu.Allocate(Selection.Stride * _setFloats * sizeof(float));
    }

    /// <inheritdoc/>
    public override long ByteLength => base.ByteLength + _panels.ByteLength;

    /// <inheritdoc/>
    public override void Prepare(int batch, int keyHead)
    {
        (_batch, _keyHead) = (batch, keyHead);
        Plan.Cpu.Workers.Run(Selection.Stride, _pack);
    }

    /// <inheritdoc/>
    public override void Estimate(int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced)
    {
        var stride = Selection.Stride;
        var queries = Worker(worker);
        var part = queries + (long)stride * _paddedRows * Plan.Stride;
        var sums = part + _paddedRows * Chunk;
        var scratch = sums + (long)_paddedRows * KeyPanels.RoundUp(_maxColumns, Chunk);
        var position = Plan.FirstPosition + first;
        var firstSquare = position / Selection.Rows * _squareRows;
        Load(queries, batch, head, first, rows, firstSquare, scratch);

        var columns = Columns(Plan, Plan.Keys);
        if (Plan.Declaration.Causal) columns = Math.Min(columns, firstSquare + _squareRows);
        Sum(queries, part, sums, columns);
        estimates.Clear();
        var (from, to) = (position / stride, (position + rows - 1) / stride);
        for (var square = from; square <= to; square++)
        {
            var row = sums + (square - firstSquare) * (long)KeyPanels.RoundUp(_maxColumns, Chunk);
            var visible = Plan.Declaration.Causal ? Math.Min(columns, square + 1) : columns;
            ScoreRow.Softmax(row, visible);
            for (var column = 0; column < visible; column++) estimates[column * stride / Selection.Block] += row[column] / (to - from + 1);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _panels.Dispose();
    }

    private static int Columns(CpuListedAttentionPlan plan, int keys) => (keys - 1) / plan.Declaration.Selection!.Stride + 1;

    // Queries by antidiagonal, the scores of one chunk, sums of all columns, and a row of conversion scratch.
    private static long WorkerFloats(CpuListedAttentionPlan plan)
    {
        var (rows, stride) = (plan.Declaration.Selection!.Rows, plan.Declaration.Selection.Stride);
        var padded = (long)KeyPanels.RoundUp(rows / stride, plan.Program.RowStep);
        return padded * (stride * plan.Stride + Chunk + KeyPanels.RoundUp(Columns(plan, plan.Shape.Keys), Chunk)) + plan.Stride;
    }

    private void Load(float* queries, int batch, int head, int first, int rows, int firstSquare, float* scratch)
    {
        var (stride, source) = (Selection.Stride, Plan.QueryHead(batch, head));
        for (var s = 0; s < stride; s++)
        for (var i = 0; i < _paddedRows; i++)
        {
            var target = queries + ((long)s * _paddedRows + i) * Plan.Stride;
            var row = (firstSquare + i) * stride + stride - 1 - s - Plan.FirstPosition;
            if (i >= _squareRows || row < first || row >= first + rows)
            {
                new Span<float>(target, Plan.Stride).Clear();
                continue;
            }

            Plan.LoadRow(source, row, target, scratch);
            for (var c = 0; c < HeadDim; c++) target[c] /= stride;
        }
    }

    private void Sum(float* queries, float* part, float* sums, int columns)
    {
        var (program, length) = (Plan.Program, KeyPanels.RoundUp(_maxColumns, Chunk));
        for (var start = 0; start < columns; start += Chunk)
        {
            var count = Math.Min(Chunk, columns - start);
            for (var i = 0; i < _squareRows; i++) new Span<float>(sums + (long)i * length + start, count).Clear();
            for (var s = 0; s < Selection.Stride; s++)
            {
                var panels = (float*)_panels.Pointer + s * _setFloats;
                for (var key = 0; key < count; key += program.Panel)
                    program.Score(queries + (long)s * _paddedRows * Plan.Stride, _paddedRows, panels + (long)(start + key) * HeadDim, part + key);
                for (var i = 0; i < _squareRows; i++) ScoreRow.Add(part + i * Chunk, sums + (long)i * length + start, count);
            }
        }
    }

    private void Pack(int s, int worker)
    {
        var (key, stride, panel) = (Plan.KeyHead(_batch, _keyHead), Selection.Stride, Plan.Program.Panel);
        var target = (float*)_panels.Pointer + s * _setFloats;
        var (count, columns) = ((Plan.Keys - 1 - s + stride) / stride, Columns(Plan, Plan.Keys));
        var packed = KeyPanels.Floats(count, HeadDim, panel);
        new Span<float>(target + packed, (int)(KeyPanels.Floats(columns, HeadDim, panel) - packed)).Clear();
        KeyPanels.PackKeys(key.Every(stride, s), null, 0, count, HeadDim, panel, Worker(worker), target);
    }
}
