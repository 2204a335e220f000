using System.Runtime.InteropServices;
using Kernels.Perf.Checking;

namespace Kernels.Perf.Rows;

/// <summary>Attention within the clusters of one centroid for every cluster's worth of keys; choosing them is timed with it.</summary>
/// <remarks>Centroids are keys drawn at random: random vectors, so density is what the method fixes and recall says little. own-dense attends to every key.</remarks>
/// <param name="Pattern">Second part of the row's name.</param>
/// <param name="Size">Last part of the row's name.</param>
/// <param name="Kernel">What is timed.</param>
/// <param name="Shape">One sequence, as many queries as keys, every head its own keys.</param>
internal sealed record RoutedAttentionRow(string Pattern, string Size, AttentionKernel Kernel, AttentionShape Shape) : IRatioRow
{
    private int Centroids => Shape.Keys / Kernel.Declaration.Block;

    public string Name => $"attention.{Pattern}.d{Shape.HeadDim}.{Size}";

    public string Description => $"causal, {Shape.Keys} tokens, {Centroids} centroids, {Shape.QueryHeads} heads of {Shape.HeadDim} channels";

    public Bound Bound => Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var planted = new PlantedAttention(Shape.Keys + Shape.HeadDim, Shape.HeadDim);
        var (query, key, value) = (planted.Draw(Shape.Queries * Shape.QueryHeads), planted.Draw(Shape.Keys * Shape.KeyHeads), planted.Draw(Shape.Keys * Shape.KeyHeads));
        var chosen = Enumerable.Range(0, Shape.Keys).ToArray();
        new Random(1).Shuffle(chosen);
        var width = Shape.KeyHeads * Shape.HeadDim;
        var centroids = chosen.Take(Centroids).SelectMany(token => key[(token * width)..((token + 1) * width)]).ToArray();
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
            var check = new RoutedCheck(query, key, value, centroids, Shape.QueryHeads, Shape.HeadDim, Kernel.Declaration.Block);
            var buffer = prepared.Keep(setup.Device.Allocate(sizeof(float) * (long)centroids.Length));
            buffer.CopyFrom(MemoryMarshal.AsBytes<float>(centroids));
            var means = Tensor.Heads(buffer, ElementType.Float32, 1, Centroids, Shape.KeyHeads, Shape.HeadDim);
            var (output, run) = problem.Bind((from, keys, values, to) => plan.RunRouted(from, keys, values, to, means));
            prepared.Times(output, run, () =>
            {
                var answer = new float[query.Length];
                output.CopyTo(MemoryMarshal.AsBytes(answer.AsSpan()));
                check.Verify(answer);
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
