using Kernels.Catalog;
using Kernels.Perf.Checking;

namespace Kernels.Perf.Rows;

/// <summary>Attention over key blocks that a learned gate chooses: the gate's own work and the selection are timed with it.</summary>
/// <remarks>
/// Every block of queries and of keys belongs to one of twelve classes, at random: its vectors share a channel that hardly turns with the position, as
/// the slow channels of trained models do. The gate, which knows nothing of classes, projects mean keys to themselves and so finds
/// the blocks of a query block's own class: one in twelve, beside the diagonal and the last rows. What it has made of the keys before the first query is kept
/// from run to run, as between the steps of a generation.
/// </remarks>
/// <param name="Pattern">Second part of the row's name.</param>
/// <param name="Size">Last part of the row's name.</param>
/// <param name="Kernel">What is timed.</param>
/// <param name="Shape">One sequence.</param>
internal sealed record GatedAttentionRow(string Pattern, string Size, AttentionKernel Kernel, AttentionShape Shape) : IRatioRow
{
    private const int Classes = 12;
    private const double RotaryBase = 500_000, SharedScore = 12;

    private int Block => Kernel.Declaration.Selection!.Block;

    public string Name => $"attention.{Pattern}.d{Shape.HeadDim}.{Size}";

    public string Description => $"causal, {Shape.Queries} of {Shape.Keys} tokens, {Shape.QueryHeads} query heads on {Shape.KeyHeads} key heads of {Shape.HeadDim} channels, blocks of {Block} chosen by a gate";

    public Bound Bound => Shape.Queries == 1 ? Bound.Memory : Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var random = new Random(Shape.Keys);
        var (query, key) = (Planted(random, Shape.Queries, Shape.QueryHeads), Planted(random, Shape.Keys, Shape.KeyHeads));
        var value = AttentionProblem.Gaussian(random, key.Length);
        var plan = Kernel.Plan(setup.Device, Shape);
        AttentionProblem problem = null!;
        AttentionIndex index = null!;
        var recall = 0d;
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(4.0 * Shape.HeadDim * plan.Work.Visited, problem.Bytes * (Shape.Queries == 1 ? plan.Work.Density : 1)),
            Observations = () => ListedAttentionRow.Observe(plan.Work.Density, recall, index),
        };
        prepared.Keep(plan);
        try
        {
            problem = new AttentionProblem(prepared, setup.Device, Shape, query, key, value);
            var gate = prepared.Keep(new GateKeyCache(setup.Device, MeanKeys(), 1, Shape.Keys));
            index = problem.Select(plan, gate);
            var visits = new IndexVisits(index, Shape, causal: true);
            recall = problem.Check.Recall(visits.Visits, (row, column) => column <= row + Shape.Keys - Shape.Queries);
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
        var channels = Shape.HeadDim;
        var shared = Kernel.Declaration.Selection!.Estimator == KeyEstimator.GroupGate;
        var keyWeights = Identities(Shape.KeyHeads * AttentionGate.KeyPools, projection => projection % AttentionGate.KeyPools == AttentionGate.KeyPools - 1);
        var queryWeights = shared ? Identities(Shape.QueryHeads, head => head % (Shape.QueryHeads / Shape.KeyHeads) == 0) : [];
        return new AttentionGate(
            new GateShape(Shape.QueryHeads, Shape.KeyHeads, channels, channels, Block, shared), Rotation, Rotation, keyWeights, queryWeights);
    }

    // One matrix after another: identities, and zeros elsewhere.
    private float[] Identities(int matrices, Func<int, bool> isIdentity)
    {
        var channels = Shape.HeadDim;
        var weights = new float[matrices * channels * channels];
        for (var matrix = 0; matrix < matrices; matrix++)
            for (var c = 0; c < channels && isIdentity(matrix); c++) weights[(matrix * channels + c) * channels + c] = 1;
        return weights;
    }

    // The last tokens of the sequence.
    private float[] Planted(Random random, int tokens, int heads)
    {
        var (channels, pairs) = (Shape.HeadDim, Shape.HeadDim / 2);
        var values = AttentionProblem.Gaussian(random, (long)tokens * heads * channels);
        var rotation = Rotation;
        var length = (float)Math.Sqrt(SharedScore * Math.Sqrt(channels));
        var classes = new int[(Shape.Keys - 1) / Block + 1];
        for (var b = 0; b < classes.Length; b++) classes[b] = random.Next(Classes);
        for (var token = 0; token < tokens; token++)
        for (var head = 0; head < heads; head++)
        {
            var position = Shape.Keys - tokens + token;
            var vector = values.AsSpan((token * heads + head) * channels, channels);
            vector[pairs - 1 - classes[position / Block]] += length;
            for (var i = 0; i < pairs; i++)
            {
                var (sin, cos) = Math.SinCos(position * rotation.Frequencies[i]);
                (vector[i], vector[i + pairs]) = ((float)(vector[i] * cos - vector[i + pairs] * sin), (float)(vector[i] * sin + vector[i + pairs] * cos));
            }
        }

        return values;
    }
}
