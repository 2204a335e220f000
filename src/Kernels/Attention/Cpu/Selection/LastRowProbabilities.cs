namespace Kernels;

/// <summary>The probabilities that the last query rows of a run have for every key.</summary>
internal sealed unsafe class LastRowProbabilities : IDisposable
{
    private const int Chunk = CpuAttentionProgram.ChunkKeys;

    private readonly CpuListedAttentionPlan _plan;
    private readonly ParallelAction _score, _normalise;
    private readonly CpuBuffer _floats;
    private readonly int _maxRows, _paddedRows;
    private readonly long _length;

    public LastRowProbabilities(CpuListedAttentionPlan plan)
    {
        _plan = plan;
        (_score, _normalise) = (new ParallelAction(Score), new ParallelAction(Normalise));
        _maxRows = Math.Min(plan.Declaration.Selection!.LastRows, plan.Shape.Queries);
        _paddedRows = KeyPanels.RoundUp(_maxRows, plan.Program.RowStep);
        _length = KeyPanels.RoundUp(plan.Shape.Keys, Chunk);
        // Queries, their probabilities; per worker the scores of a chunk; a row of conversion scratch.
        _floats = (CpuBuffer)plan.Cpu.Allocate(
            (_paddedRows * (plan.Stride + _length) + plan.Cpu.Workers.Count * (long)_paddedRows * Chunk + plan.Stride) * sizeof(float));
    }

    /// <summary>Bytes held.</summary>
    public long ByteLength => _floats.ByteLength;

    /// <summary>How many of the run's rows are taken.</summary>
    public int Rows => Math.Min(_maxRows, _plan.Queries);

    private float* QueryRows => (float*)_floats.Pointer;

    private float* Probabilities => QueryRows + (long)_paddedRows * _plan.Stride;

    /// <summary>Computes those of a query head, whose keys the plan has packed; called on the caller's thread.</summary>
    public void Compute(int batch, int head)
    {
        new Span<float>(QueryRows, _paddedRows * _plan.Stride).Clear();
        for (var row = 0; row < Rows; row++)
            _plan.LoadRow(_plan.QueryHead(batch, head), _plan.Queries - Rows + row, QueryRows + (long)row * _plan.Stride, Scores(0));
        _plan.Cpu.Workers.Run((_plan.Keys - 1) / Chunk + 1, _score);
        _plan.Cpu.Workers.Run(Rows, _normalise);
    }

    /// <summary>Sums over the rows, by key.</summary>
    /// <param name="target">One entry a key.</param>
    public void SumColumns(Span<float> target)
    {
        target.Clear();
        fixed (float* sums = target)
            for (var row = 0; row < Rows; row++) ScoreRow.Add(Probabilities + row * _length, sums, _plan.Keys);
    }

    /// <summary>Sums over the rows, by diagonal: entry j holds the diagonal query − key = keys − 1 − j.</summary>
    /// <param name="target">One entry a key.</param>
    public void SumDiagonals(Span<float> target)
    {
        target.Clear();
        fixed (float* sums = target)
            for (var row = 0; row < Rows; row++)
            {
                // On the diagonal of entry j, row r of R has key j − (R − 1) + r.
                var before = Rows - 1 - row;
                ScoreRow.Add(Probabilities + row * _length, sums + before, _plan.Keys - before);
            }
    }

    /// <inheritdoc/>
    public void Dispose() => _floats.Dispose();

    private float* Scores(int worker) => Probabilities + _paddedRows * _length + (long)worker * _paddedRows * Chunk;

    private void Score(int chunk, int worker)
    {
        var start = chunk * Chunk;
        var program = _plan.Program;
        var scores = Scores(worker);
        var count = Math.Min(Chunk, _plan.Keys - start);
        for (var key = 0; key < count; key += program.Panel)
            program.Score(QueryRows, KeyPanels.RoundUp(Rows, program.RowStep), _plan.PackedKeys + (long)(start + key) * _plan.Shape.HeadDim, scores + key);
        for (var row = 0; row < Rows; row++)
            new ReadOnlySpan<float>(scores + row * Chunk, count).CopyTo(new Span<float>(Probabilities + row * _length + start, count));
    }

    private void Normalise(int row, int worker)
    {
        var visible = _plan.Keys - Rows + row + 1;
        ScoreRow.Softmax(Probabilities + row * _length, visible);
        new Span<float>(Probabilities + row * _length + visible, _plan.Keys - visible).Clear();
    }
}
