using System.Runtime.Intrinsics;

namespace Kernels;

/// <summary>Probabilities of key blocks that a learned gate gives: for a group of rows of one head, or for one row of all heads of a key head.</summary>
internal sealed unsafe class GateEstimator : KeyBlockEstimator
{
    private const int Lanes = 8;
    private const float Log2E = 1.44269504f;
    private const float NormEpsilon = 1e-6f;

    private readonly ParallelAction _project;
    private GateKeyCache? _cache;
    private int _batch, _keyHead, _firstBlock;

    // A worker's pooled vectors, the row at hand, and the projection.
    public GateEstimator(CpuListedAttentionPlan plan)
        : base(plan, (AttentionGate.KeyPools + 2) * (long)plan.Stride + AttentionGate.WidestGate) =>
        _project = new ParallelAction(ProjectBlock);

    /// <summary>The gate of the run at hand, and what it has made of earlier keys.</summary>
    public GateKeyCache Cache
    {
        private get => _cache!;
        set => _cache = value;
    }

    private AttentionGate Gate => Cache.Gate;

    private int Width => Gate.Shape.Width;

    private bool IsShared => Selection.Estimator == KeyEstimator.GroupGate;

    /// <inheritdoc/>
    public override void Prepare(int batch, int keyHead)
    {
        ref var held = ref Cache.Blocks(batch, keyHead);
        var whole = Plan.Keys / Selection.Block;
        (_batch, _keyHead, _firstBlock) = (batch, keyHead, Math.Min(held, whole));
        // A shared gate waits until a block is complete.
        Plan.Cpu.Workers.Run((IsShared ? whole : Blocks) - _firstBlock, _project);
        held = whole;
    }

    /// <inheritdoc/>
    public override void Estimate(int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced)
    {
        var position = Plan.FirstPosition + first;
        var query = ProjectQuery(batch, head, first, rows, worker);
        Norm(query, Gate.QueryNorm);
        Cache.GateTurns.Turn(query, IsShared ? position : position / Selection.Rows * Selection.Rows);
        var keys = Cache.Projected(batch, head);
        var scale = Log2E / MathF.Sqrt(Width);
        for (var block = 0; block < estimates.Length; block++) estimates[block] = Dot(query, keys + (long)block * Width, Width) * scale;
        if (IsShared && (position + 1) % Selection.Block != 0) estimates[^1] = 0;
        fixed (float* probabilities = estimates) ScoreRow.Softmax(probabilities, estimates.Length);
    }

    private float* ProjectQuery(int batch, int head, int first, int rows, int worker)
    {
        var pooled = Worker(worker);
        var projected = pooled + (AttentionGate.KeyPools + 2) * Plan.Stride;
        new Span<float>(projected, Width).Clear();
        for (var h = head; h < head + (IsShared ? Plan.Shape.GroupSize : 1); h++)
        {
            new Span<float>(pooled, HeadDim).Clear();
            for (var i = first; i < first + rows; i++) ScoreRow.Add(TurnedBack(Plan.QueryHead(batch, h), i, Plan.FirstPosition + i, worker), pooled, HeadDim);
            for (var c = 0; c < HeadDim; c++) pooled[c] /= rows;
            if (Gate.QueryWeights.IsEmpty) return pooled;
            fixed (float* weights = Gate.QueryWeights) Multiply(pooled, HeadDim, weights + (long)h * HeadDim * Width, projected);
        }

        return projected;
    }

    private void ProjectBlock(int task, int worker)
    {
        var block = _firstBlock + task;
        var (start, count) = KeysOf(block);
        var largest = Worker(worker);
        var least = largest + HeadDim;
        var mean = least + HeadDim;
        new Span<float>(largest, HeadDim).Fill(float.NegativeInfinity);
        new Span<float>(least, HeadDim).Fill(float.PositiveInfinity);
        new Span<float>(mean, HeadDim).Clear();
        for (var key = start; key < start + count; key++)
            Pool(TurnedBack(Plan.KeyHead(_batch, _keyHead), key, key, worker), largest, least, mean);
        for (var c = 0; c < HeadDim; c++) mean[c] /= count;

        var group = Plan.Shape.GroupSize;
        var inputs = AttentionGate.KeyPools * HeadDim;
        fixed (float* weights = Gate.KeyWeights)
            for (var i = 0; i < (Gate.KeysPerQueryHead ? group : 1); i++)
            {
                var head = _keyHead * group + i;
                var target = Cache.Projected(_batch, head) + (long)block * Width;
                new Span<float>(target, Width).Clear();
                Multiply(largest, inputs, weights + (long)(Gate.KeysPerQueryHead ? head : _keyHead) * inputs * Width, target);
                Norm(target, Gate.KeyNorm);
                Cache.GateTurns.Turn(target, start);
            }
    }

    /// <summary>A row as it was before its rotation.</summary>
    private float* TurnedBack(in HeadRows source, int token, int position, int worker)
    {
        var row = Worker(worker) + AttentionGate.KeyPools * Plan.Stride;
        var stored = source.Row(token, HeadDim, row + Plan.Stride);
        new ReadOnlySpan<float>(stored, HeadDim).CopyTo(new Span<float>(row, HeadDim));
        Cache.Turns.TurnBack(row, position);
        return row;
    }

    private void Pool(float* row, float* largest, float* least, float* mean)
    {
        var c = 0;
        for (; c <= HeadDim - Lanes; c += Lanes)
        {
            var channels = Vector256.Load(row + c);
            Vector256.Max(Vector256.Load(largest + c), channels).Store(largest + c);
            Vector256.Min(Vector256.Load(least + c), channels).Store(least + c);
            (Vector256.Load(mean + c) + channels).Store(mean + c);
        }

        for (; c < HeadDim; c++)
            (largest[c], least[c], mean[c]) = (MathF.Max(largest[c], row[c]), MathF.Min(least[c], row[c]), mean[c] + row[c]);
    }

    /// <summary>Adds vector · weights, [inputs, width], to <paramref name="target"/>.</summary>
    private void Multiply(float* vector, int inputs, float* weights, float* target)
    {
        for (var i = 0; i < inputs; i++, weights += Width)
        {
            var (factor, c) = (Vector256.Create(vector[i]), 0);
            for (; c <= Width - Lanes; c += Lanes)
                Vector256.MultiplyAddEstimate(factor, Vector256.Load(weights + c), Vector256.Load(target + c)).Store(target + c);
            for (; c < Width; c++) target[c] += vector[i] * weights[c];
        }
    }

    private static void Norm(float* vector, ReadOnlySpan<float> weights)
    {
        if (weights.IsEmpty) return;
        var factor = 1 / MathF.Sqrt(Dot(vector, vector, weights.Length) / weights.Length + NormEpsilon);
        for (var c = 0; c < weights.Length; c++) vector[c] *= factor * weights[c];
    }

    private static float Dot(float* left, float* right, int count)
    {
        var (total, c) = (Vector256<float>.Zero, 0);
        for (; c <= count - Lanes; c += Lanes) total = Vector256.MultiplyAddEstimate(Vector256.Load(left + c), Vector256.Load(right + c), total);
        var sum = Vector256.Sum(total);
        for (; c < count; c++) sum += left[c] * right[c];
        return sum;
    }
}
