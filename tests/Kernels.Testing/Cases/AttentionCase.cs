using System.Collections.Concurrent;
using Xunit;

namespace Kernels.Testing;

/// <summary>One problem for one attention kernel, compared with the fp64 oracle wherever the kernel runs.</summary>
/// <param name="Name">Name in test lists.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Shape">Lengths of the run, head counts and storage; the plan holds <paramref name="Spare"/> more tokens.</param>
public sealed record AttentionCase(string Name, AttentionKernel Kernel, AttentionShape Shape)
{
    // fp32 scores of a few units err by about 1e-6; a candidate nearer to its threshold may fall on either side.
    private const double ClearMargin = 1e-5;

    private static readonly ConcurrentDictionary<string, Truth> Truths = new();

    /// <summary>The mask in terms of (batch, head, query, key); null where the kernel has none.</summary>
    public Func<int, int, int, int, bool>? Mask { get; init; }

    /// <summary>The score function in terms of (score, batch, head, query, key); null where the kernel has none.</summary>
    public Func<double, int, int, int, int, double>? Score { get; init; }

    /// <summary>The index each run brings; null where the kernel chooses its own keys.</summary>
    public ListedIndex? Listed { get; init; }

    /// <summary>First key of a scope that selects apart, for what is selected once and then run; 0 for none.</summary>
    public int Boundary { get; init; }

    /// <summary>The gate each run brings; null where the kernel asks none.</summary>
    public AttentionGate? Gate { get; init; }

    /// <summary>First seed tried for the inputs.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Tokens the plan holds beyond the run.</summary>
    public int Spare { get; init; }

    /// <summary>Elements between the tokens of every tensor.</summary>
    public int Gap { get; init; }

    /// <summary>Position of the first query: causal kernels align the last query with the last key.</summary>
    public int Offset => Kernel.Declaration.Causal ? Shape.Keys - Shape.Queries : 0;

    /// <inheritdoc/>
    public override string ToString() => Name;

    private Truth Solved => Truths.GetOrAdd(Name, _ => Solve());

    /// <summary>Plans and runs the kernel on <paramref name="device"/>; compares output, log-sum-exp, work and guards.</summary>
    public void Run(Device device)
    {
        var truth = Solved;
        var (batch, queries, keys, queryHeads, keyHeads, channels) =
            (Shape.Batch, Shape.Queries, Shape.Keys, Shape.QueryHeads, Shape.KeyHeads, Shape.HeadDim);
        using var query = new GuardedTensor(device, Shape.QueryType, batch, queries, queryHeads, channels, Gap);
        using var key = new GuardedTensor(device, Shape.KeyType, batch, keys, keyHeads, channels, Gap);
        using var value = new GuardedTensor(device, Shape.KeyType, batch, keys, keyHeads, channels, Gap);
        using var output = new GuardedTensor(device, Shape.QueryType, batch, queries, queryHeads, channels, Gap);
        using var logSumExp = new GuardedTensor(device, ElementType.Float32, batch, queries, queryHeads, 1, Gap);
        query.Write(truth.Query);
        key.Write(truth.Key);
        value.Write(truth.Value);

        using var plan = Kernel.Plan(device, Shape with { Queries = queries + Spare, Keys = keys + Spare });
        using var gate = Gate is null ? null : new GateKeyCache(device, Gate, batch, keys + Spare);
        var held = device.AllocatedBytes;
        for (var run = 0; run < 2; run++)
        {
            // The second run starts from the workspace the first one left.
            Launch(plan, query, key, value, output, gate, logSumExp.Tensor);
            Tolerance.AssertClose(truth.Output, output.Read($"{Name}, output"), Shape.QueryType, $"{Name}, output of run {run}");
            Tolerance.AssertClose(truth.LogSumExp, logSumExp.Read($"{Name}, log-sum-exp"), ElementType.Float32, $"{Name}, log-sum-exp of run {run}");
            Assert.Equal(truth.Work, plan.Work);
        }

        Launch(plan, query, key, value, output, gate, null);
        Tolerance.AssertClose(truth.Output, output.Read($"{Name}, output"), Shape.QueryType, $"{Name}, output without log-sum-exp");
        Assert.Equal(held, device.AllocatedBytes);
    }

    /// <summary>Runs four times without comparing; returns the output, and the managed bytes that runs after the first allocated on this thread.</summary>
    public float[] RunUnchecked(Device device, out long allocated)
    {
        var truth = Solved;
        using var query = new GuardedTensor(device, Shape.QueryType, Shape.Batch, Shape.Queries, Shape.QueryHeads, Shape.HeadDim);
        using var key = new GuardedTensor(device, Shape.KeyType, Shape.Batch, Shape.Keys, Shape.KeyHeads, Shape.HeadDim);
        using var value = new GuardedTensor(device, Shape.KeyType, Shape.Batch, Shape.Keys, Shape.KeyHeads, Shape.HeadDim);
        using var output = new GuardedTensor(device, Shape.QueryType, Shape.Batch, Shape.Queries, Shape.QueryHeads, Shape.HeadDim);
        query.Write(truth.Query);
        key.Write(truth.Key);
        value.Write(truth.Value);
        using var plan = Kernel.Plan(device, Shape);
        using var gate = Gate is null ? null : new GateKeyCache(device, Gate, Shape.Batch, Shape.Keys);
        allocated = 0;
        for (var run = 0; run < 4; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Launch(plan, query, key, value, output, gate, null);
            if (run > 0) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return output.Read(Name);
    }

    /// <summary>
    /// Asks the kernel for its selection, compares it with the oracle's key by key, and runs <paramref name="indexed"/> over it: the answer must be the oracle's too.
    /// </summary>
    public void SelectThenRun(Device device, AttentionKernel indexed)
    {
        var truth = Solved;
        using var query = new GuardedTensor(device, Shape.QueryType, Shape.Batch, Shape.Queries, Shape.QueryHeads, Shape.HeadDim, Gap);
        using var key = new GuardedTensor(device, Shape.KeyType, Shape.Batch, Shape.Keys, Shape.KeyHeads, Shape.HeadDim, Gap);
        using var value = new GuardedTensor(device, Shape.KeyType, Shape.Batch, Shape.Keys, Shape.KeyHeads, Shape.HeadDim, Gap);
        using var output = new GuardedTensor(device, Shape.QueryType, Shape.Batch, Shape.Queries, Shape.QueryHeads, Shape.HeadDim, Gap);
        query.Write(truth.Query);
        key.Write(truth.Key);
        value.Write(truth.Value);
        using var selecting = Kernel.Plan(device, Shape);
        using var running = indexed.Plan(device, Shape);
        using var gate = Gate is null ? null : new GateKeyCache(device, Gate, Shape.Batch, Shape.Keys);
        var index = gate is not null ? selecting.Select(query.Tensor, key.Tensor, gate)
            : Boundary > 0 ? selecting.Select(query.Tensor, key.Tensor, Boundary) : selecting.Select(query.Tensor, key.Tensor);
        for (var batch = 0; batch < Shape.Batch; batch++)
        for (var head = 0; head < Shape.QueryHeads; head++)
        for (var row = 0; row < Shape.Queries; row++)
        {
            var (list, group) = (head * index.Heads / Shape.QueryHeads, (row + Offset) / index.Rows);
            var listed = new int[Shape.Keys];
            foreach (var range in index.Ranges(batch, list, group))
                for (var j = range.Start; j < range.End; j++) listed[j]++;
            foreach (var column in index.Columns(batch, list, group)) listed[column]++;
            var expected = truth.Selections[batch, head / Shape.GroupSize]!.Visits[head % Shape.GroupSize][row];
            for (var j = 0; j < (Kernel.Declaration.Causal ? row + Offset + 1 : Shape.Keys); j++)
                Assert.True(listed[j] == (expected[j] ? 1 : 0), $"{Name}: batch {batch}, head {head}, row {row} lists key {j} {listed[j]} times");
        }

        running.Run(query.Tensor, key.Tensor, value.Tensor, output.Tensor, index);
        Tolerance.AssertClose(truth.Output, output.Read($"{Name}, output"), Shape.QueryType, $"{Name}, output over its index");
        Assert.Equal(truth.Work, running.Work);
    }

    private void Launch(
        AttentionPlan plan, GuardedTensor query, GuardedTensor key, GuardedTensor value, GuardedTensor output, GateKeyCache? gate, Tensor? logSumExp)
    {
        if (gate is not null) plan.Run(query.Tensor, key.Tensor, value.Tensor, output.Tensor, gate, logSumExp);
        else if (Listed is not null) plan.Run(query.Tensor, key.Tensor, value.Tensor, output.Tensor, Listed.Index, logSumExp);
        else plan.Run(query.Tensor, key.Tensor, value.Tensor, output.Tensor, logSumExp);
    }

    private Truth Solve()
    {
        for (var seed = Seed; seed < Seed + 100; seed++)
        {
            var query = RandomValues.Normal(3 * seed, Shape.Batch * Shape.Queries * Shape.QueryHeads * Shape.HeadDim, Shape.QueryType);
            var key = RandomValues.Normal(3 * seed + 1, Shape.Batch * Shape.Keys * Shape.KeyHeads * Shape.HeadDim, Shape.KeyType);
            var value = RandomValues.Normal(3 * seed + 2, Shape.Batch * Shape.Keys * Shape.KeyHeads * Shape.HeadDim, Shape.KeyType);
            if (Solve(query, key, value) is { } truth) return truth;
        }

        throw new InvalidOperationException($"{Name}: no seed near {Seed} gives a selection that rounding cannot change.");
    }

    // Null where the selection hangs on rounding.
    private Truth? Solve(float[] query, float[] key, float[] value)
    {
        var declaration = Kernel.Declaration;
        var output = new double[query.Length];
        var logSumExp = new double[Shape.Batch * Shape.Queries * Shape.QueryHeads];
        var selections = new SelectedKeys?[Shape.Batch, Shape.QueryHeads];
        long visited = 0, dense = 0;
        for (var batch = 0; batch < Shape.Batch; batch++)
        for (var head = 0; head < Shape.QueryHeads; head++)
        {
            var queries = Rows(query, Shape.Queries, Shape.QueryHeads, batch, head);
            var keys = Rows(key, Shape.Keys, Shape.KeyHeads, batch, head / Shape.GroupSize);
            var values = Rows(value, Shape.Keys, Shape.KeyHeads, batch, head / Shape.GroupSize);
            bool[][]? selected = null;
            if (declaration.Pattern == AttentionPattern.Anchor)
            {
                var selection = AnchorOracle.Select(queries, keys, Offset, declaration.Scale, declaration.Block, declaration.Step, declaration.Theta);
                if (selection.Margin < ClearMargin) return null;
                selected = selection.Visits;
            }
            else if (declaration.Selection is { } how)
            {
                var (b, group) = (batch, head / Shape.GroupSize);
                var selection = selections[batch, group] ??= how.Estimator switch
                {
                    KeyEstimator.LastRows => VerticalSlashOracle.Select(Group(query, b, group), keys, Offset, declaration),
                    KeyEstimator.LastRowsOrPooled => FlexPrefillOracle.Select(Group(query, b, group), keys, Offset, declaration),
                    KeyEstimator.ObservationWindow => ObservationWindowOracle.Select(
                        [.. Enumerable.Range(0, Shape.KeyHeads).Select(h => Group(query, b, h))],
                        [.. Enumerable.Range(0, Shape.KeyHeads).Select(h => Rows(key, Shape.Keys, Shape.KeyHeads, b, h))], group, Offset, declaration),
                    _ => BlockSelectionOracle.Select(Group(query, b, group), keys, Offset, declaration, Boundary, Gate is null ? null : new GateOracle(Gate, group)),
                };
                if (selection.Margin < ClearMargin) return null;
                selected = selection.Visits[head % Shape.GroupSize];
            }

            for (var i = 0; i < Shape.Queries; i++)
            {
                var (row, b, h, position) = (i, batch, head, i + Offset);
                bool Visits(int j) =>
                    (!declaration.Causal || j <= position) && (selected is null || selected[row][j])
                    && (Listed is null || Listed.Visits(Shape.QueryHeads, b, h, position, j)) && (Mask is null || Mask(b, h, position, j));
                var (channels, lse) = DenseAttentionOracle.Row(
                    queries[i], keys, values, declaration.Scale, Visits, Score is null ? null : (score, j) => Score(score, b, h, position, j));
                var index = (batch * Shape.Queries + i) * Shape.QueryHeads + head;
                channels.CopyTo(output, index * Shape.HeadDim);
                logSumExp[index] = lse;
                visited += Enumerable.Range(0, Shape.Keys).Count(Visits);
                dense += declaration.Causal ? position + 1 : Shape.Keys;
            }
        }

        return new Truth(query, key, value, output, logSumExp, new AttentionWork(visited, dense), selections);
    }

    // The query heads of a key head.
    private double[][][] Group(float[] query, int batch, int keyHead) =>
        [.. Enumerable.Range(keyHead * Shape.GroupSize, Shape.GroupSize).Select(head => Rows(query, Shape.Queries, Shape.QueryHeads, batch, head))];

    private double[][] Rows(float[] tensor, int tokens, int heads, int batch, int head)
    {
        var rows = new double[tokens][];
        for (var i = 0; i < tokens; i++)
        {
            rows[i] = new double[Shape.HeadDim];
            for (var c = 0; c < Shape.HeadDim; c++) rows[i][c] = tensor[((batch * tokens + i) * heads + head) * Shape.HeadDim + c];
        }

        return rows;
    }

    private sealed record Truth(float[] Query, float[] Key, float[] Value, double[] Output, double[] LogSumExp, AttentionWork Work, SelectedKeys?[,] Selections);
}
