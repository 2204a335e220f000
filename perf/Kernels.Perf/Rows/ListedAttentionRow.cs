using Kernels.Perf.Checking;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>Attention over a part of the keys: a mask, an index that is brought, or what the kernel selects.</summary>
/// <remarks>
/// Unless the row brings other data, one key in forty shares a direction with every query, so that selections find something; the others are random. own-dense attends to every
/// key, <c>listed</c> to the keys that were chosen, without choosing them. A selection is timed with the attention, and summaries of keys that outlive a step are kept from run to run; the answer is checked against
/// the selected keys, which the tests compare with the definition.
/// </remarks>
/// <param name="Pattern">Second part of the row's name.</param>
/// <param name="Size">Last part of the row's name.</param>
/// <param name="Kernel">What is timed.</param>
/// <param name="Shape">One sequence.</param>
/// <param name="Index">The index to bring; null where the kernel chooses its keys.</param>
/// <param name="Selecting">The kernel that selects, once and untimed, the index to bring.</param>
/// <param name="Contiguous">An index of as many keys side by side, for a baseline of that name.</param>
/// <param name="Data">Draws queries, keys and values; <see cref="PlantedAttention.Draw(AttentionShape)"/> unless given.</param>
internal sealed record ListedAttentionRow(
    string Pattern, string Size, AttentionKernel Kernel, AttentionShape Shape, Func<AttentionShape, AttentionIndex>? Index = null,
    AttentionKernel? Selecting = null, Func<AttentionShape, AttentionIndex>? Contiguous = null, Func<AttentionShape, AttentionData>? Data = null) : IRatioRow
{
    public string Name => $"attention.{Pattern}.d{Shape.HeadDim}{(Size.Length > 0 ? $".{Size}" : "")}";

    public string Description =>
        $"{(Kernel.Declaration.Causal ? "causal" : "full")}, {Shape.Queries} of {Shape.Keys} tokens, {Shape.QueryHeads} query heads on {Shape.KeyHeads} key heads of {Shape.HeadDim} channels";

    public Bound Bound => Shape.Queries == 1 ? Bound.Memory : Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var (query, key, value) = (Data ?? PlantedAttention.Draw)(Shape);
        var plan = Kernel.Plan(setup.Device, Shape);
        AttentionProblem problem = null!;
        AttentionIndex? index = null;
        var recall = 0d;
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(4.0 * Shape.HeadDim * plan.Work.Visited, problem.Bytes * (Shape.Queries == 1 ? plan.Work.Density : 1)),
            Observations = () => Observe(plan.Work.Density, recall, index),
        };
        prepared.Keep(plan);
        try
        {
            problem = new AttentionProblem(prepared, setup.Device, Shape, query, key, value);
            index = Index?.Invoke(Shape);
            if (Selecting is not null)
            {
                using var selecting = Selecting.Plan(setup.Device, Shape);
                index = problem.Select(selecting);
            }

            var brought = index;
            if (index is null && Kernel.Declaration.Pattern == AttentionPattern.Selected) index = problem.Select(plan);
            var anchors = Kernel.Declaration.Pattern == AttentionPattern.Anchor
                ? new AnchorSelection(query, key, Shape.Queries, Shape.QueryHeads, Shape.KeyHeads, Kernel.Declaration) : null;
            var (visits, pairs) = anchors is null ? Visits(index) : (anchors.Visits, anchors.CountPairs());
            recall = problem.Check.Recall(visits, Sees);
            var own = problem.Bind(plan, visits, brought);
            prepared.Times(own.Output, own.Run, () =>
            {
                own.Verify();
                if (plan.Work.Visited < pairs.Least || plan.Work.Visited > pairs.Most)
                    throw new WrongAnswerException($"The kernel reports {plan.Work.Visited} visited pairs; its lists have {pairs.Least} to {pairs.Most}.");
            });
            if (!setup.WithBaselines) return prepared;
            if (Contiguous?.Invoke(Shape) is { } contiguous)
                prepared.Against("contiguous", () =>
                {
                    var ranges = prepared.Keep(Kernel.Plan(setup.Device, Shape));
                    var baseline = problem.Bind(ranges, Visits(contiguous).Visits, contiguous);
                    return new Contender("contiguous", baseline.Run, baseline.Verify);
                });
            var chosen = brought is null ? anchors?.Index() ?? index : null;
            if (chosen is not null)
                prepared.Against("listed", () =>
                {
                    var listing = prepared.Keep((Kernel.Declaration.Causal ? MeasuredKernels.Indexed128 : MeasuredKernels.Listed128).Plan(setup.Device, Shape));
                    var baseline = problem.Bind(listing, visits, chosen);
                    return new Contender("listed", baseline.Run, baseline.Verify);
                });
            problem.AgainstDense(Kernel.Declaration.Causal);
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    /// <summary>Density, recall and, where there is one, what the index holds.</summary>
    public static IReadOnlyDictionary<string, double> Observe(double density, double recall, AttentionIndex? index)
    {
        var figures = new Dictionary<string, double> { ["density"] = density, ["recall"] = recall };
        if (index is not null) figures["index_bytes"] = index.ByteLength;
        return figures;
    }

    private bool Sees(int query, int key) => !Kernel.Declaration.Causal || key <= query + Shape.Keys - Shape.Queries;

    private (Func<int, int, int, Visit> Visits, (long Least, long Most) Pairs) Visits(AttentionIndex? index)
    {
        if (Kernel.Declaration.Classifier is { } mask && index is null)
        {
            var masked = 0L;
            for (var head = 0; head < Shape.QueryHeads; head++)
                for (var query = 0; query < Shape.Queries; query++)
                    for (var key = 0; key <= query; key++) masked += mask.Admits(0, head, query, key) ? 1 : 0;
            return ((head, query, key) => key <= query && mask.Admits(0, head, query, key) ? Visit.Yes : Visit.No, (masked, masked));
        }

        var listed = new IndexVisits(index!, Shape, Kernel.Declaration.Causal);
        var pairs = listed.CountPairs();
        return (listed.Visits, (pairs, pairs));
    }
}
