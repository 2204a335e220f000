namespace Kernels;

/// <summary>Probabilities of mean keys for the mean query: a softmax over the blocks.</summary>
internal sealed unsafe class PooledEstimator : KeyBlockEstimator
{
    private readonly ParallelAction _pool;
    private readonly CpuBuffer _means, _panels;
    private readonly long _panelFloats;
    private readonly bool[] _similar;
    private readonly int _slots;
    private int _batch, _keyHead;

    /// <param name="plan">Whose rows and keys they are.</param>
    /// <param name="slots">Key heads whose summaries are held at once: 1 or all.</param>
    public PooledEstimator(CpuListedAttentionPlan plan, int slots)
        : base(plan, plan.Program.RowStep * (long)(plan.Stride + Chunk) + 3 * plan.Stride)
    {
        _pool = new ParallelAction(Pool);
        _slots = slots;
        _similar = new bool[slots * MaxBlocks];
        _panelFloats = KeyPanels.Floats(MaxBlocks, HeadDim, plan.Program.Panel);
        _means = (CpuBuffer)plan.Cpu.Allocate((long)MaxBlocks * plan.Stride * sizeof(float));
        _panels = (CpuBuffer)plan.Cpu.Allocate(slots * _panelFloats * sizeof(float));
    }

    /// <inheritdoc/>
    public override long ByteLength => base.ByteLength + _means.ByteLength + _panels.ByteLength + _similar.Length;

    /// <inheritdoc/>
    public override void Prepare(int batch, int keyHead)
    {
        (_batch, _keyHead) = (batch, keyHead);
        Plan.Cpu.Workers.Run(Blocks, _pool);
        KeyPanels.PackKeys(
            new HeadRows(_means.Pointer, ElementType.Float32, Plan.Stride), null, 0, Blocks, HeadDim, Plan.Program.Panel, null, Panels(batch, keyHead));
    }

    /// <inheritdoc/>
    public override void Estimate(int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced)
    {
        var step = Plan.Program.RowStep;
        var mean = Worker(worker);
        var scores = mean + step * Plan.Stride;
        var row = scores + step * Chunk;
        var directions = row + 2 * Plan.Stride;
        new Span<float>(mean, step * Plan.Stride).Clear();
        new Span<float>(directions, HeadDim).Clear();
        for (var i = 0; i < rows; i++)
        {
            Plan.LoadRow(Plan.QueryHead(batch, head), first + i, row, row + Plan.Stride);
            ScoreRow.Add(row, mean, HeadDim);
            AddDirection(row, directions);
        }

        for (var c = 0; c < HeadDim; c++) mean[c] /= rows;
        Score(mean, Panels(batch, head / Plan.Shape.GroupSize), scores, estimates);
        if (!IsSimilar(directions, rows)) forced.Fill(true);
        Normalise(_similar.AsSpan(Slot(batch, head / Plan.Shape.GroupSize) * MaxBlocks, estimates.Length), estimates, forced);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _means.Dispose();
        _panels.Dispose();
    }

    private int Slot(int batch, int keyHead) => (batch * Plan.Shape.KeyHeads + keyHead) % _slots;

    private float* Panels(int batch, int keyHead) => (float*)_panels.Pointer + Slot(batch, keyHead) * _panelFloats;

    private void Score(float* mean, float* panels, float* scores, Span<float> estimates)
    {
        for (var start = 0; start < estimates.Length; start += Chunk)
        {
            var count = Math.Min(Chunk, estimates.Length - start);
            for (var block = 0; block < count; block += Plan.Program.Panel)
                Plan.Program.Score(mean, Plan.Program.RowStep, panels + (long)(start + block) * HeadDim, scores + block);
            new ReadOnlySpan<float>(scores, count).CopyTo(estimates[start..]);
        }
    }

    /// <summary>A softmax over the blocks that their means describe; the others must be visited and have no estimate.</summary>
    private static void Normalise(ReadOnlySpan<bool> similar, Span<float> estimates, Span<bool> forced)
    {
        var any = false;
        for (var block = 0; block < estimates.Length; block++)
        {
            any |= similar[block];
            if (similar[block]) continue;
            estimates[block] = float.NegativeInfinity;
            forced[block] = true;
        }

        if (!any) estimates.Clear();
        else
            fixed (float* probabilities = estimates) ScoreRow.Softmax(probabilities, estimates.Length);
    }

    private void Pool(int block, int worker)
    {
        var key = Plan.KeyHead(_batch, _keyHead);
        var (start, count) = KeysOf(block);
        var mean = (float*)_means.Pointer + (long)block * Plan.Stride;
        var directions = Worker(worker) + Plan.Stride;
        new Span<float>(mean, Plan.Stride).Clear();
        new Span<float>(directions, HeadDim).Clear();
        for (var i = 0; i < count; i++)
        {
            var row = key.Row(start + i, HeadDim, Worker(worker));
            ScoreRow.Add(row, mean, HeadDim);
            AddDirection(row, directions);
        }

        for (var c = 0; c < HeadDim; c++) mean[c] /= count;
        _similar[Slot(_batch, _keyHead) * MaxBlocks + block] = IsSimilar(directions, count);
    }

    private void AddDirection(float* vector, float* directions)
    {
        if (Selection.SelfSimilarity == 0) return;
        var squares = 0f;
        for (var c = 0; c < HeadDim; c++) squares += vector[c] * vector[c];
        if (squares == 0) return;
        var factor = 1 / MathF.Sqrt(squares);
        for (var c = 0; c < HeadDim; c++) directions[c] += vector[c] * factor;
    }

    // The mean cosine of all pairs of n vectors is the squared length of the sum of their directions, by n².
    private bool IsSimilar(float* directions, int count)
    {
        var squares = 0f;
        for (var c = 0; c < HeadDim; c++) squares += directions[c] * directions[c];
        return Selection.SelfSimilarity == 0 || squares > Selection.SelfSimilarity * count * count;
    }
}
