namespace Kernels;

/// <summary>Estimates how much a group of query rows will attend to each block of keys.</summary>
internal abstract unsafe class KeyBlockEstimator : IDisposable
{
    protected const int Chunk = CpuAttentionProgram.ChunkKeys;

    private readonly CpuBuffer _workers;
    private readonly long _workerFloats;

    /// <param name="plan">Whose rows and keys they are.</param>
    /// <param name="workerFloats">Floats each worker needs.</param>
    protected KeyBlockEstimator(CpuListedAttentionPlan plan, long workerFloats)
    {
        Plan = plan;
        _workerFloats = (workerFloats + 15) / 16 * 16;
        _workers = (CpuBuffer)plan.Cpu.Allocate(plan.Cpu.Workers.Count * _workerFloats * sizeof(float));
    }

    /// <summary>Bytes held.</summary>
    public virtual long ByteLength => _workers.ByteLength;

    /// <summary>Bytes of a summary of keys that outlives runs; 0 where there is none.</summary>
    public virtual long SummaryBytes => 0;

    /// <summary>The summary of the current run; null where keys are summarised anew.</summary>
    public KeySummary? Summary { get; set; }

    protected CpuListedAttentionPlan Plan { get; }

    protected KeySelection Selection => Plan.Declaration.Selection!;

    protected int HeadDim => Plan.Shape.HeadDim;

    /// <summary>Most blocks of a run.</summary>
    protected int MaxBlocks => (Plan.Shape.Keys - 1) / Selection.Block + 1;

    /// <summary>Blocks of the current run.</summary>
    protected int Blocks => (Plan.Keys - 1) / Selection.Block + 1;

    /// <summary>Summarises the keys of a head; called on the caller's thread before estimates for its query heads.</summary>
    public abstract void Prepare(int batch, int keyHead);

    /// <summary>Called before a row's estimates are asked for, head by head.</summary>
    /// <param name="batch">Sequence.</param>
    /// <param name="head">First query head.</param>
    /// <param name="heads">Query heads, of one key head.</param>
    /// <param name="row">First row of the group, counted in the run.</param>
    /// <param name="blocks">Key blocks that will be estimated.</param>
    /// <param name="worker">Who asks.</param>
    public virtual void Begin(int batch, int head, int heads, int row, int blocks, int worker)
    {
    }

    /// <summary>
    /// Estimates for rows of the run, for key blocks 0 to the length of <paramref name="estimates"/>; sets <paramref name="forced"/> for blocks that cannot be
    /// estimated and must be visited.
    /// </summary>
    public abstract void Estimate(int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced);

    /// <summary>As <see cref="Estimate"/>, with probabilities among blocks <paramref name="from"/> and on only.</summary>
    public virtual void EstimateFrom(int from, int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced) =>
        throw new NotSupportedException($"{GetType().Name} estimates all blocks together.");

    /// <inheritdoc/>
    public virtual void Dispose() => _workers.Dispose();

    protected float* Worker(int worker) => (float*)_workers.Pointer + worker * _workerFloats;

    protected (int Start, int Count) KeysOf(int block)
    {
        var start = block * Selection.Block;
        return (start, Math.Min(Selection.Block, Plan.Keys - start));
    }
}
