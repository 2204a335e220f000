using Kernels.Perf.Checking;

namespace Kernels.Perf.Rows;

/// <summary>One token's attention over a cache of which each head keeps what the last queries of the prompt chose.</summary>
/// <remarks>Keys and queries are those of a <see cref="ListedAttentionRow"/>. Choosing and copying are done once and not timed; own-dense attends to every key.</remarks>
/// <param name="Pattern">Second part of the row's name.</param>
/// <param name="Size">Last part of the row's name.</param>
/// <param name="Selection">The kernel that chooses.</param>
/// <param name="Shape">One sequence, of one query token.</param>
internal sealed record CompactedAttentionRow(string Pattern, string Size, AttentionKernel Selection, AttentionShape Shape) : IRatioRow
{
    public string Name => $"attention.{Pattern}.d{Shape.HeadDim}.{Size}";

    public string Description =>
        $"one token over what is kept of {Shape.Keys} keys, {Shape.QueryHeads} query heads on {Shape.KeyHeads} key heads of {Shape.HeadDim} channels";

    public Bound Bound => Bound.Memory;

    public PreparedRow Prepare(RowSetup setup)
    {
        var window = Selection.Declaration.Selection!.LastRows;
        var planted = new PlantedAttention(Shape.Keys + Shape.HeadDim, Shape.HeadDim);
        var queries = planted.Draw(window * Shape.QueryHeads, 1);
        var key = planted.Draw(Shape.Keys * Shape.KeyHeads, PlantedAttention.SharedOneIn);
        var value = planted.Draw(Shape.Keys * Shape.KeyHeads);
        var (problem, recall) = ((AttentionProblem)null!, 0d);
        CompactedCache cache = null!;
        AttentionPlan plan = null!;
        var pairs = (double)Shape.Keys * Shape.QueryHeads;
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(4.0 * Shape.HeadDim * plan.Work.Visited, problem.Bytes * plan.Work.Visited / pairs),
            Observations = () => ListedAttentionRow.Observe(plan.Work.Visited / pairs, recall, cache.Index),
        };
        try
        {
            problem = new AttentionProblem(prepared, setup.Device, Shape, queries[^(Shape.QueryHeads * Shape.HeadDim)..], key, value);
            var kept = problem.Select(Selection, queries, window);
            cache = prepared.Keep(problem.Compact(kept));
            plan = prepared.Keep(MeasuredKernels.Listed128.Plan(setup.Device, Shape with { Keys = cache.Keys[1], KeyHeads = 1 }));
            var listed = new IndexVisits(kept, Shape, causal: true);
            recall = problem.Check.Recall(listed.Visits, (_, _) => true);
            var own = problem.Bind((query, to) => plan.Run(query, cache.Keys, cache.Values, to, cache.Index), listed.Visits);
            prepared.Times(own.Output, own.Run, () =>
            {
                own.Verify();
                if (plan.Work.Visited != listed.CountPairs()) throw new WrongAnswerException(
                    $"The kernel reports {plan.Work.Visited} visited pairs; {listed.CountPairs()} were kept.");
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
}
