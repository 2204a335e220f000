using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>Attention over a part of the keys: a mask, an index that is brought, or what the kernel selects.</summary>
/// <remarks>
/// One key in forty shares a direction with every query, so that selections find something; the others are random. own-dense attends to every
/// key. A selection is timed with the attention; the answer is checked against the selected keys, which the tests compare with the definition.
/// </remarks>
/// <param name="Pattern">Second part of the row's name.</param>
/// <param name="Size">Last part of the row's name.</param>
/// <param name="Kernel">What is timed.</param>
/// <param name="Shape">One sequence.</param>
/// <param name="Index">The index to bring; null where the kernel chooses its keys.</param>
/// <param name="Selecting">The kernel that selects, once and untimed, the index to bring.</param>
internal sealed record ListedAttentionRow(
    string Pattern, string Size, AttentionKernel Kernel, AttentionShape Shape, Func<AttentionShape, AttentionIndex>? Index = null,
    AttentionKernel? Selecting = null) : IRatioRow
{
    private const int SharedOneIn = 40;

    // The product of both, by the scale, is a score of 20: clear of random scores and of an anchor's difference.
    private static readonly double SharedLength = Math.Sqrt(20 * Math.Sqrt(128));

    public string Name => $"attention.{Pattern}.d{Shape.HeadDim}{(Size.Length > 0 ? $".{Size}" : "")}";

    public string Description =>
        $"{(Kernel.Declaration.Causal ? "causal" : "full")}, {Shape.Queries} of {Shape.Keys} tokens, {Shape.QueryHeads} query heads on {Shape.KeyHeads} key heads of {Shape.HeadDim} channels";

    public Bound Bound => Shape.Queries == 1 ? Bound.Memory : Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var random = new Random(Shape.Keys + Shape.HeadDim);
        var direction = AttentionProblem.Gaussian(random, Shape.HeadDim);
        var length = Math.Sqrt(direction.Sum(channel => (double)channel * channel));
        var query = Planted(random, Shape.Queries * Shape.QueryHeads, 1, direction, length);
        var key = Planted(random, Shape.Keys * Shape.KeyHeads, SharedOneIn, direction, length);
        var value = AttentionProblem.Gaussian(random, key.Length);
        var plan = Kernel.Plan(setup.Device, Shape);
        AttentionProblem problem = null!;
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(4.0 * Shape.HeadDim * plan.Work.Visited, problem.Bytes * (Shape.Queries == 1 ? plan.Work.Density : 1)),
            Observations = () => new Dictionary<string, double> { ["density"] = plan.Work.Density },
        };
        prepared.Keep(plan);
        try
        {
            problem = new AttentionProblem(prepared, setup.Device, Shape, query, key, value);
            var index = Index?.Invoke(Shape);
            if (Selecting is not null)
            {
                using var selecting = Selecting.Plan(setup.Device, Shape);
                index = problem.Select(selecting);
            }

            var (visits, pairs) = Visits(problem, plan, index);
            var own = problem.Bind(plan, visits, index);
            prepared.Times(own.Output, own.Run, () =>
            {
                own.Verify();
                if (plan.Work.Visited < pairs.Least || plan.Work.Visited > pairs.Most)
                    throw new WrongAnswerException($"The kernel reports {plan.Work.Visited} visited pairs; its lists have {pairs.Least} to {pairs.Most}.");
            });
            if (setup.WithBaselines)
                prepared.Against("own-dense", () =>
                {
                    var causal = Kernel.Declaration.Causal;
                    var dense = prepared.Keep((causal ? MeasuredKernels.Causal128 : MeasuredKernels.Full128).Plan(setup.Device, Shape));
                    var baseline = problem.Bind(dense, (_, i, j) => !causal || j <= i + Shape.Keys - Shape.Queries ? Visit.Yes : Visit.No);
                    return new Contender("own-dense", baseline.Run, baseline.Verify);
                });
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private static float[] Planted(Random random, int vectors, int oneIn, float[] direction, double length)
    {
        var values = AttentionProblem.Gaussian(random, (long)vectors * direction.Length);
        for (var vector = 0; vector < vectors; vector++)
        {
            if (random.Next(oneIn) != 0) continue;
            for (var c = 0; c < direction.Length; c++) values[vector * direction.Length + c] += (float)(SharedLength * direction[c] / length);
        }

        return values;
    }

    private (Func<int, int, int, Visit> Visits, (long Least, long Most) Pairs) Visits(AttentionProblem problem, AttentionPlan plan, AttentionIndex? index)
    {
        if (Kernel.Declaration.Pattern == AttentionPattern.Anchor)
        {
            var selection = new AnchorSelection(
                problem.Queries, problem.Keys, Shape.Queries, Shape.QueryHeads, Shape.KeyHeads, Kernel.Declaration);
            return (selection.Visits, selection.CountPairs());
        }

        if (Kernel.Declaration.Classifier is { } mask && index is null)
        {
            var masked = 0L;
            for (var head = 0; head < Shape.QueryHeads; head++)
                for (var query = 0; query < Shape.Queries; query++)
                    for (var key = 0; key <= query; key++) masked += mask.Admits(0, head, query, key) ? 1 : 0;
            return ((head, query, key) => key <= query && mask.Admits(0, head, query, key) ? Visit.Yes : Visit.No, (masked, masked));
        }

        var listed = new IndexVisits(index ?? problem.Select(plan), Shape, Kernel.Declaration.Causal);
        var pairs = listed.CountPairs();
        return (listed.Visits, (pairs, pairs));
    }
}
