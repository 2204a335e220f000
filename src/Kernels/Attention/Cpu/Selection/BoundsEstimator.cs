using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Upper bounds of a row's scores from each block's smallest and largest key channels, in natural-log score units.</summary>
internal sealed unsafe class BoundsEstimator : KeyBlockEstimator
{
    private const float Ln2 = 0.69314718f;
    private const int Lanes = 8;

    // Heads whose bounds are made from one reading of a block's.
    private const int Together = 4;

    private readonly ParallelAction _bound;
    private readonly CpuBuffer _bounds;
    private readonly long _headFloats;
    private readonly int _group, _maxBlocks;
    private int _batch, _keyHead, _firstBlock;

    // A worker's queries, a row of conversion scratch, and the bounds of a group of heads.
    public BoundsEstimator(CpuListedAttentionPlan plan, int heads)
        : base(plan, (plan.Shape.GroupSize + 1) * (long)plan.Stride + plan.Shape.GroupSize * ((plan.Shape.Keys - 1L) / plan.Declaration.Selection!.Block + 1))
    {
        _bound = new ParallelAction(Bound);
        (_group, _maxBlocks) = (plan.Shape.GroupSize, MaxBlocks);
        _headFloats = 2L * _maxBlocks * HeadDim;
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
    public override void Begin(int batch, int head, int heads, int row, int blocks, int worker)
    {
        var query = Worker(worker);
        for (var h = 0; h < heads; h++) Plan.LoadRow(Plan.QueryHead(batch, head + h), row, query + h * Plan.Stride, query + _group * Plan.Stride);
        var low = Low(batch, head / _group, 0);
        var (stride, channels) = (Plan.Stride, HeadDim);
        for (var block = 0; block < blocks; block++, low += 2 * channels)
        {
            var h = 0;
            for (; h <= heads - Together; h += Together) BoundFour(query + h * stride, stride, low, channels, Bounds(worker, h) + block, _maxBlocks);
            for (; h < heads; h++) Bounds(worker, h)[block] = BoundOne(query + h * stride, low, channels);
        }
    }

    /// <inheritdoc/>
    public override void Estimate(int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced) =>
        new ReadOnlySpan<float>(Bounds(worker, Selection.Reduction == GroupReduction.None ? 0 : head % _group), estimates.Length).CopyTo(estimates);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _bounds.Dispose();
    }

    private float* Bounds(int worker, int slot) => Worker(worker) + (_group + 1) * Plan.Stride + slot * (long)_maxBlocks;

    private float* Low(int batch, int keyHead, int block) =>
        (float*)((CpuBuffer?)Summary?.Buffer ?? _bounds).Pointer + (batch * Plan.Shape.KeyHeads + keyHead) * _headFloats + 2L * block * HeadDim;

    private static void BoundFour(float* query, int stride, float* low, int channels, float* bounds, int apart)
    {
        var (t0, t1, t2, t3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var c = 0;
        for (; c <= channels - Lanes; c += Lanes)
        {
            var (least, most) = (Vector256.Load(low + c), Vector256.Load(low + channels + c));
            t0 = Add(query + c, least, most, t0);
            t1 = Add(query + stride + c, least, most, t1);
            t2 = Add(query + 2 * stride + c, least, most, t2);
            t3 = Add(query + 3 * stride + c, least, most, t3);
        }

        bounds[0] = (Vector256.Sum(t0) + Tail(query, low, channels, c)) * Ln2;
        bounds[apart] = (Vector256.Sum(t1) + Tail(query + stride, low, channels, c)) * Ln2;
        bounds[2 * apart] = (Vector256.Sum(t2) + Tail(query + 2 * stride, low, channels, c)) * Ln2;
        bounds[3 * apart] = (Vector256.Sum(t3) + Tail(query + 3 * stride, low, channels, c)) * Ln2;
    }

    private static float BoundOne(float* query, float* low, int channels)
    {
        var (total, c) = (Vector256<float>.Zero, 0);
        for (; c <= channels - Lanes; c += Lanes) total = Add(query + c, Vector256.Load(low + c), Vector256.Load(low + channels + c), total);
        return (Vector256.Sum(total) + Tail(query, low, channels, c)) * Ln2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(float* query, Vector256<float> least, Vector256<float> most, Vector256<float> total)
    {
        var q = Vector256.Load(query);
        return total + Vector256.MaxNative(q * least, q * most);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Tail(float* query, float* low, int channels, int from)
    {
        var sum = 0f;
        for (var c = from; c < channels; c++) sum += MathF.Max(query[c] * low[c], query[c] * low[channels + c]);
        return sum;
    }

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
