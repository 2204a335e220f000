using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Upper bounds of a row's scores from each block's smallest and largest key channels, in natural-log score units.</summary>
internal sealed unsafe class BoundsEstimator : KeyBlockEstimator
{
    private const float Ln2 = 0.69314718f;

    private readonly ParallelAction _bound;
    private readonly CpuBuffer _bounds;
    private readonly long _headFloats;
    private int _batch, _keyHead, _firstBlock;

    public BoundsEstimator(CpuListedAttentionPlan plan, int heads)
        : base(plan, 2 * plan.Stride)
    {
        _bound = new ParallelAction(Bound);
        _headFloats = 2L * MaxBlocks * HeadDim;
        _bounds = (CpuBuffer)plan.Cpu.Allocate(heads * _headFloats * sizeof(float));
    }

    /// <inheritdoc/>
    public override long ByteLength => base.ByteLength + _bounds.ByteLength;

    /// <inheritdoc/>
    public override long SummaryBytes => _bounds.ByteLength;

    /// <inheritdoc/>
    public override void Prepare(int batch, int keyHead)
    {
        // The last block summarised may have grown.
        (_batch, _keyHead, _firstBlock) = (batch, keyHead, (Summary?.Keys ?? 0) / Selection.Block);
        if (_firstBlock < Blocks) Plan.Cpu.Workers.Run(Blocks - _firstBlock, _bound);
    }

    /// <inheritdoc/>
    public override void Estimate(int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced)
    {
        var query = Worker(worker);
        Plan.LoadRow(Plan.QueryHead(batch, head), first, query, query + Plan.Stride);
        var low = Low(batch, head / Plan.Shape.GroupSize, 0);
        for (var block = 0; block < estimates.Length; block++, low += 2 * HeadDim)
        {
            var high = low + HeadDim;
            var (total, c) = (Vector256<float>.Zero, 0);
            for (; c <= HeadDim - 8; c += 8)
            {
                var q = Vector256.Load(query + c);
                total += Vector256.Max(q * Vector256.Load(low + c), q * Vector256.Load(high + c));
            }

            var sum = Vector256.Sum(total);
            for (; c < HeadDim; c++) sum += MathF.Max(query[c] * low[c], query[c] * high[c]);
            estimates[block] = sum * Ln2;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _bounds.Dispose();
    }

    private float* Low(int batch, int keyHead, int block) =>
        (float*)((CpuBuffer?)Summary?.Buffer ?? _bounds).Pointer + (batch * Plan.Shape.KeyHeads + keyHead) * _headFloats + 2L * block * HeadDim;

    private void Bound(int task, int worker)
    {
        var block = _firstBlock + task;
        var key = Plan.KeyHead(_batch, _keyHead);
        var (start, count) = KeysOf(block);
        var low = Low(_batch, _keyHead, block);
        var high = low + HeadDim;
        new Span<float>(low, HeadDim).Fill(float.PositiveInfinity);
        new Span<float>(high, HeadDim).Fill(float.NegativeInfinity);
        for (var i = 0; i < count; i++)
        {
            var channels = key.Row(start + i, HeadDim, Worker(worker));
            var c = 0;
            for (; c <= HeadDim - 8; c += 8)
            {
                var k = Vector256.Load(channels + c);
                Vector256.Min(Vector256.Load(low + c), k).Store(low + c);
                Vector256.Max(Vector256.Load(high + c), k).Store(high + c);
            }

            for (; c < HeadDim; c++) (low[c], high[c]) = (MathF.Min(low[c], channels[c]), MathF.Max(high[c], channels[c]));
        }
    }
}
