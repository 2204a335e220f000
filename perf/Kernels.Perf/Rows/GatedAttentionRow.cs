using Kernels.Catalog;
using Kernels.Perf.Checking;

namespace Kernels.Perf.Rows;

/// <summary>SeerAttention on a prompt, the gate's own work and the selection included.</summary>
/// <remarks>
/// Every block of queries and of keys belongs to one of twelve classes, at random: its vectors share a channel that hardly turns with the position, as
/// the slow channels of trained models do. The gate, which knows nothing of classes, projects mean keys to themselves and so finds
/// the blocks of a query block's own class: one in twelve, beside the diagonal and the last rows.
/// </remarks>
/// <param name="Size">Last part of the row's name.</param>
/// <param name="Shape">One sequence.</param>
internal sealed record GatedAttentionRow(string Size, AttentionShape Shape) : IRatioRow
{
    private const int Classes = 12;
    private const double RotaryBase = 500_000, SharedScore = 12;

    private static AttentionKernel Kernel => SeerAttention.Prefill.For(128);

    private static int Block => Kernel.Declaration.Selection!.Block;

    public string Name => $"attention.gate.d{Shape.HeadDim}.{Size}";

    public string Description => $"causal, {Shape.Queries} tokens, {Shape.QueryHeads} heads of {Shape.HeadDim} channels, blocks of {Block} chosen by a gate";

    public Bound Bound => Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var random = new Random(Shape.Keys);
        var (query, key) = (Planted(random, Shape.QueryHeads), Planted(random, Shape.KeyHeads));
        var value = AttentionProblem.Gaussian(random, key.Length);
        var plan = Kernel.Plan(setup.Device, Shape);
        AttentionProblem problem = null!;
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(4.0 * Shape.HeadDim * plan.Work.Visited, problem.Bytes),
            Observations = () => new Dictionary<string, double> { ["density"] = plan.Work.Density },
        };
        prepared.Keep(plan);
        try
        {
            problem = new AttentionProblem(prepared, setup.Device, Shape, query, key, value);
            var gate = prepared.Keep(new GateKeyCache(setup.Device, MeanKeys(), 1, Shape.Keys));
            var visits = new IndexVisits(problem.Select(plan, gate), Shape, causal: true);
            var own = problem.Bind(plan, visits.Visits, gate);
            prepared.Times(own.Output, own.Run, () =>
            {
                own.Verify();
                var pairs = visits.CountPairs();
                if (plan.Work.Visited != pairs)
                    throw new WrongAnswerException($"The kernel reports {plan.Work.Visited} visited pairs; its lists have {pairs}.");
            });
            if (setup.WithBaselines) problem.AgainstDense();
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private RotaryFrequencies Rotation =>
        new([.. Enumerable.Range(0, Shape.HeadDim / 2).Select(i => Math.Pow(RotaryBase, -2.0 * i / Shape.HeadDim))]);

    private AttentionGate MeanKeys()
    {
        var (heads, channels) = (Shape.QueryHeads, Shape.HeadDim);
        var weights = new float[heads * AttentionGate.KeyPools * channels * channels];
        for (var head = 0; head < heads; head++)
            for (var c = 0; c < channels; c++)
                weights[((head * AttentionGate.KeyPools + AttentionGate.KeyPools - 1) * channels + c) * channels + c] = 1;
        return new AttentionGate(new GateShape(heads, Shape.KeyHeads, channels, channels, Block, SharedByGroup: false), Rotation, Rotation, weights, []);
    }

    private float[] Planted(Random random, int heads)
    {
        var (channels, pairs) = (Shape.HeadDim, Shape.HeadDim / 2);
        var values = AttentionProblem.Gaussian(random, (long)Shape.Keys * heads * channels);
        var rotation = Rotation;
        var length = (float)Math.Sqrt(SharedScore * Math.Sqrt(channels));
        var classes = new int[(Shape.Keys - 1) / Block + 1];
        for (var b = 0; b < classes.Length; b++) classes[b] = random.Next(Classes);
        for (var token = 0; token < Shape.Keys; token++)
        for (var head = 0; head < heads; head++)
        {
            var vector = values.AsSpan((token * heads + head) * channels, channels);
            vector[pairs - 1 - classes[token / Block]] += length;
            for (var i = 0; i < pairs; i++)
            {
                var (sin, cos) = Math.SinCos(token * rotation.Frequencies[i]);
                (vector[i], vector[i + pairs]) = ((float)(vector[i] * cos - vector[i + pairs] * sin), (float)(vector[i] * sin + vector[i + pairs] * cos));
            }
        }

        return values;
    }
}
