using Kernels.Perf.Checking;
using Kernels.Perf.Peers;
using Kernels.Perf.Timing;

namespace Kernels.Perf.Rows;

/// <summary>Causal attention of one sequence with random queries, keys and values.</summary>
/// <remarks>own-dense and onnxruntime attend to every key.</remarks>
/// <param name="Pattern">Second part of the row's name.</param>
/// <param name="Kernel">What is timed.</param>
/// <param name="Dense">The dense kernel of the same head dimension, for a sparse row.</param>
/// <param name="Tokens">Queries and keys.</param>
/// <param name="Heads">Query and key heads.</param>
/// <param name="Window">Keys a query sees, itself included; null for all before it.</param>
internal sealed record AttentionRow(
    string Pattern, AttentionKernel Kernel, AttentionKernel? Dense, int Tokens, int Heads, int? Window = null) : IRatioRow
{
    private int Channels => Kernel.Declaration.HeadDim;

    public string Name => $"attention.{Pattern}.f32.d{Channels}.{Tokens}{(Window is { } window ? $".window{window}" : "")}";

    public string Description =>
        $"causal, {Heads} heads of {Channels} channels, {Tokens} tokens{(Window is { } window ? $", the last {window} keys of each query" : "")}";

    public Bound Bound => Bound.Compute;

    public PreparedRow Prepare(RowSetup setup)
    {
        var random = new Random(Tokens + Channels);
        var count = (long)Tokens * Heads * Channels;
        var (q, k, v) = (AttentionProblem.Gaussian(random, count), AttentionProblem.Gaussian(random, count), AttentionProblem.Gaussian(random, count));
        var shape = new AttentionShape(1, Tokens, Tokens, Heads, Heads, Channels);
        var plan = Kernel.Plan(setup.Device, shape);
        // Two products of 2·channels operations for each visited pair; the softmax is not counted, as is customary.
        var prepared = new PreparedRow
        {
            Work = () => new RowWork(4.0 * Channels * plan.Work.Visited, 16.0 * Tokens * Heads * Channels),
            Observations = () => new Dictionary<string, double> { ["density"] = plan.Work.Density },
        };
        prepared.Keep(plan);
        try
        {
            var problem = new AttentionProblem(prepared, setup.Device, shape, q, k, v);
            var own = problem.Bind(plan, (_, i, j) => j <= i && (Window is null || i - j < Window) ? Visit.Yes : Visit.No);
            prepared.Times(own.Output, own.Run, () =>
            {
                own.Verify();
                VerifyPairs(plan.Work.Visited);
            });
            if (!setup.WithBaselines) return prepared;
            if (Dense is { } dense)
                prepared.Against("own-dense", () =>
                {
                    var baseline = problem.Bind(prepared.Keep(dense.Plan(setup.Device, shape)), (_, i, j) => j <= i ? Visit.Yes : Visit.No);
                    return new Contender("own-dense", baseline.Run, baseline.Verify);
                });
            prepared.Against("onnxruntime", () =>
            {
                var y = new float[count];
                var peer = prepared.Keep(OnnxSession.CausalAttention(q, k, v, y, Tokens, Heads, Channels, setup.Device.Workers.Count));
                return new Contender("onnxruntime", peer.Run, () => problem.Check.Verify(y, (_, i, j) => j <= i ? Visit.Yes : Visit.No));
            });
            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    // The counted work must not rest on what the kernel says of itself.
    private void VerifyPairs(long visited)
    {
        long pairs = 0;
        for (var i = 0; i < Tokens; i++) pairs += Math.Min(i + 1, Window ?? int.MaxValue);
        if (visited != pairs * Heads)
            throw new WrongAnswerException($"The kernel reports {visited} visited pairs; the pattern has {pairs * Heads}.");
    }
}
