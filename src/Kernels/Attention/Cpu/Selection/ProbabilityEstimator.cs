namespace Kernels;

/// <summary>The rows' own probabilities, summed over each block and averaged over the rows: as dear as the scores of dense attention.</summary>
/// <remarks>Meant for selections that are kept: ask the plan once for its index, then run an indexed kernel.</remarks>
internal sealed unsafe class ProbabilityEstimator : KeyBlockEstimator
{
    private readonly int _maxRows;

    public ProbabilityEstimator(CpuListedAttentionPlan plan)
        : base(plan, MaxRows(plan) * (long)(plan.Stride + Chunk + 2 * ((plan.Shape.Keys - 1) / plan.Declaration.Selection!.Block + 1)) + plan.Stride) =>
        _maxRows = MaxRows(plan);

    /// <inheritdoc/>
    public override void Prepare(int batch, int keyHead)
    {
        // The plan's packed keys serve.
    }

    /// <inheritdoc/>
    public override void Estimate(int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced) =>
        EstimateFrom(0, batch, head, first, rows, worker, estimates, forced);

    /// <inheritdoc/>
    public override void EstimateFrom(int from, int batch, int head, int first, int rows, int worker, Span<float> estimates, Span<bool> forced)
    {
        var queries = Worker(worker);
        var scores = queries + (long)_maxRows * Plan.Stride;
        var maxima = scores + (long)_maxRows * Chunk;
        var sums = maxima + (long)_maxRows * MaxBlocks;
        var padded = KeyPanels.RoundUp(rows, Plan.Program.RowStep);
        new Span<float>(queries + (long)rows * Plan.Stride, (padded - rows) * Plan.Stride).Clear();
        for (var i = 0; i < rows; i++)
            Plan.LoadRow(Plan.QueryHead(batch, head), first + i, queries + (long)i * Plan.Stride, sums + (long)_maxRows * MaxBlocks);
        for (var block = from; block < estimates.Length; block++) Score(queries, padded, rows, Plan.FirstPosition + first, block, scores, maxima, sums);

        estimates.Clear();
        for (var i = 0; i < rows; i++)
        {
            var (top, total) = (ScoreRow.Maximum(maxima + (long)i * MaxBlocks + from, estimates.Length - from), 0f);
            if (float.IsNegativeInfinity(top)) continue;
            for (var block = from; block < estimates.Length; block++) total += Share(i, block, top);
            for (var block = from; block < estimates.Length; block++) estimates[block] += Share(i, block, top) / (total * rows);
        }

        float Share(int row, int block, float top) =>
            sums[(long)row * MaxBlocks + block] * float.Exp2(maxima[(long)row * MaxBlocks + block] - top);
    }

    private static int MaxRows(CpuListedAttentionPlan plan) => KeyPanels.RoundUp(plan.Declaration.Selection!.Rows, plan.Program.RowStep);

    /// <summary>Maximum, and sum of 2^(score − maximum), of every row over the keys of a block.</summary>
    private void Score(float* queries, int padded, int rows, int position, int block, float* scores, float* maxima, float* sums)
    {
        var (start, count) = KeysOf(block);
        for (var i = 0; i < rows; i++) (maxima[(long)i * MaxBlocks + block], sums[(long)i * MaxBlocks + block]) = (float.NegativeInfinity, 0);
        for (var key = start; key < start + count; key += Chunk)
        {
            var length = Math.Min(Chunk, start + count - key);
            for (var k = 0; k < length; k += Plan.Program.Panel)
                Plan.Program.Score(queries, padded, Plan.PackedKeys + (long)(key + k) * HeadDim, scores + k);
            for (var i = 0; i < rows; i++)
            {
                var visible = Plan.Declaration.Causal ? Math.Min(length, position + i + 1 - key) : length;
                if (visible <= 0) continue;
                ref var maximum = ref maxima[(long)i * MaxBlocks + block];
                ref var sum = ref sums[(long)i * MaxBlocks + block];
                var top = MathF.Max(maximum, ScoreRow.Maximum(scores + i * Chunk, visible));
                sum = sum * float.Exp2(maximum - top) + ScoreRow.Exponentiate(scores + i * Chunk, visible, top);
                maximum = top;
            }
        }
    }
}
