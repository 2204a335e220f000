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

    /// <summary>Centroids of each key head that a run brings; 0 where the kernel routes nothing.</summary>
    public int Clusters { get; init; }

    /// <summary>First seed tried for the inputs.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Tokens the plan holds beyond the run.</summary>
    public int Spare { get; init; }

    /// <summary>Elements between the tokens of every tensor.</summary>
    public int Gap { get; init; }

    /// <summary>Queries and keys of each sequence where they are unequal; the shape then holds the most of each.</summary>
    public (int Queries, int Keys)[]? Lengths { get; init; }

    /// <summary>The sequences, whose tokens follow each other in the flat arrays of a case.</summary>
    public Sequence[] Sequences
    {
        get
        {
            var lengths = Lengths ?? [.. Enumerable.Repeat((Shape.Queries, Shape.Keys), Shape.Batch)];
            var sequences = new Sequence[lengths.Length];
            for (int i = 0, query = 0, key = 0; i < lengths.Length; i++)
            {
                var (queries, keys) = lengths[i];
                sequences[i] = new Sequence(query, queries, key, keys, Kernel.Declaration.Causal ? keys - queries : 0);
                (query, key) = (query + queries, key + keys);
            }

            return sequences;
        }
    }

    /// <summary>A case of sequences of unequal lengths.</summary>
    public static AttentionCase Ragged(string name, AttentionKernel kernel, AttentionShape heads, params (int Queries, int Keys)[] lengths) =>
        new(name, kernel, heads with { Batch = lengths.Length, Queries = lengths.Max(length => length.Queries), Keys = lengths.Max(length => length.Keys) })
        {
            Lengths = lengths,
        };

    /// <inheritdoc/>
    public override string ToString() => Name;

    private Truth Solved => Truths.GetOrAdd(Name, _ => Solve());

    /// <summary>Plans and runs the kernel on <paramref name="device"/>; compares output, log-sum-exp, work and guards.</summary>
    public void Run(Device device)
    {
        var truth = Solved;
        using var tensors = new AttentionTensors(this, device);
        tensors.Write(truth.Query, truth.Key, truth.Value, truth.Centroids);
        using var plan = Kernel.Plan(device, Shape with { Queries = Shape.Queries + Spare, Keys = Shape.Keys + Spare });
        using var gate = Gate is null ? null : new GateKeyCache(device, Gate, Shape.Batch, Shape.Keys + Spare);
        var held = device.AllocatedBytes;
        for (var run = 0; run < 2; run++)
        {
            // The second run starts from the workspace the first one left.
            tensors.Run(plan, gate);
            Tolerance.AssertClose(truth.Output, tensors.Output.Read($"{Name}, output"), Shape.QueryType, $"{Name}, output of run {run}");
            Tolerance.AssertClose(truth.LogSumExp, tensors.LogSumExp.Read($"{Name}, log-sum-exp"), ElementType.Float32, $"{Name}, log-sum-exp of run {run}");
            Assert.Equal(truth.Work, plan.Work);
        }

        tensors.Run(plan, gate, withLogSumExp: false);
        Tolerance.AssertClose(truth.Output, tensors.Output.Read($"{Name}, output"), Shape.QueryType, $"{Name}, output without log-sum-exp");
        Assert.Equal(held, device.AllocatedBytes);
    }

    /// <summary>Runs four times without comparing; returns the output, and the managed bytes that runs after the first allocated on this thread.</summary>
    public float[] RunUnchecked(Device device, out long allocated)
    {
        var truth = Solved;
        using var tensors = new AttentionTensors(this, device);
        tensors.Write(truth.Query, truth.Key, truth.Value, truth.Centroids);
        using var plan = Kernel.Plan(device, Shape);
        using var gate = Gate is null ? null : new GateKeyCache(device, Gate, Shape.Batch, Shape.Keys);
        allocated = 0;
        for (var run = 0; run < 4; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            tensors.Run(plan, gate, withLogSumExp: false);
            if (run > 0) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return tensors.Output.Read(Name);
    }

    /// <summary>
    /// Asks the kernel for its selection, compares it with the oracle's key by key, and runs <paramref name="indexed"/> over it: the answer must be the oracle's too.
    /// </summary>
    public void SelectThenRun(Device device, AttentionKernel indexed)
    {
        var truth = Solved;
        using var tensors = new AttentionTensors(this, device);
        tensors.Write(truth.Query, truth.Key, truth.Value, truth.Centroids);
        using var selecting = Kernel.Plan(device, Shape);
        using var running = indexed.Plan(device, Shape);
        using var gate = Gate is null ? null : new GateKeyCache(device, Gate, Shape.Batch, Shape.Keys);
        var (query, key) = (tensors.Query.Tensor, tensors.Key.Tensor);
        var index = gate is not null ? selecting.Select(query, key, gate) : Boundary > 0 ? selecting.Select(query, key, Boundary) : selecting.Select(query, key);
        for (var batch = 0; batch < Shape.Batch; batch++)
        for (var head = 0; head < Shape.QueryHeads; head++)
        for (var row = 0; row < Shape.Queries; row++)
        {
            var position = row + Sequences[batch].Offset;
            var (list, group) = (head * index.Heads / Shape.QueryHeads, position / index.Rows);
            var listed = new int[Shape.Keys];
            foreach (var range in index.Ranges(batch, list, group))
                for (var j = range.Start; j < range.End; j++) listed[j]++;
            foreach (var column in index.Columns(batch, list, group)) listed[column]++;
            var expected = truth.Selections[batch, head / Shape.GroupSize]!.Visits[head % Shape.GroupSize][row];
            for (var j = 0; j < (Kernel.Declaration.Causal ? position + 1 : Shape.Keys); j++)
                Assert.True(listed[j] == (expected[j] ? 1 : 0), $"{Name}: batch {batch}, head {head}, row {row} lists key {j} {listed[j]} times");
        }

        running.Run(tensors.Query.Tensor, tensors.Key.Tensor, tensors.Value.Tensor, tensors.Output.Tensor, index);
        Tolerance.AssertClose(truth.Output, tensors.Output.Read($"{Name}, output"), Shape.QueryType, $"{Name}, output over its index");
        Assert.Equal(truth.Work, running.Work);
    }

    private Truth Solve()
    {
        for (var seed = Seed; seed < Seed + 100; seed++)
        {
            var query = RandomValues.Normal(3 * seed, Sequences.Sum(sequence => sequence.Queries) * Shape.QueryHeads * Shape.HeadDim, Shape.QueryType);
            var key = RandomValues.Normal(3 * seed + 1, Sequences.Sum(sequence => sequence.Keys) * Shape.KeyHeads * Shape.HeadDim, Shape.KeyType);
            var value = RandomValues.Normal(3 * seed + 2, Sequences.Sum(sequence => sequence.Keys) * Shape.KeyHeads * Shape.HeadDim, Shape.KeyType);
            var centroids = RandomValues.Normal(3 * seed + 2_000_000, Clusters * Shape.KeyHeads * Shape.HeadDim, ElementType.Float32);
            if (Solve(query, key, value, centroids) is { } truth) return truth;
        }

        throw new InvalidOperationException($"{Name}: no seed near {Seed} gives a selection that rounding cannot change.");
    }

    // Null where the selection hangs on rounding.
    private Truth? Solve(float[] query, float[] key, float[] value, float[] centroids)
    {
        var declaration = Kernel.Declaration;
        var output = new double[query.Length];
        var logSumExp = new double[Sequences.Sum(sequence => sequence.Queries) * Shape.QueryHeads];
        var selections = new SelectedKeys?[Shape.Batch, Shape.QueryHeads];
        long visited = 0, dense = 0;
        for (var batch = 0; batch < Shape.Batch; batch++)
        for (var head = 0; head < Shape.QueryHeads && Sequences[batch].Queries > 0; head++)
        {
            var sequence = Sequences[batch];
            var queries = Rows(query, sequence.FirstQuery, sequence.Queries, Shape.QueryHeads, head);
            var keys = Rows(key, sequence.FirstKey, sequence.Keys, Shape.KeyHeads, head / Shape.GroupSize);
            var values = Rows(value, sequence.FirstKey, sequence.Keys, Shape.KeyHeads, head / Shape.GroupSize);
            if (declaration.Pattern == AttentionPattern.Routed)
            {
                var answer = RoutedAttentionOracle.Attend(
                    queries, keys, values, Rows(centroids, 0, Clusters, Shape.KeyHeads, head / Shape.GroupSize), sequence.Offset, declaration);
                if (answer.Margin < ClearMargin) return null;
                for (var i = 0; i < sequence.Queries; i++)
                {
                    var row = (sequence.FirstQuery + i) * Shape.QueryHeads + head;
                    answer.Output[i].CopyTo(output, row * Shape.HeadDim);
                    logSumExp[row] = Math.Log(answer.Clusters[i]);
                    dense += declaration.Causal ? i + sequence.Offset + 1 : sequence.Keys;
                }

                visited += answer.Visited;
                continue;
            }

            bool[][]? selected = null;
            if (declaration.Pattern == AttentionPattern.Anchor)
            {
                var selection = AnchorOracle.Select(queries, keys, sequence.Offset, declaration.Scale, declaration.Block, declaration.Step, declaration.Theta);
                if (selection.Margin < ClearMargin) return null;
                selected = selection.Visits;
            }
            else if (declaration.Selection is { } how)
            {
                var group = head / Shape.GroupSize;
                var selection = selections[batch, group] ??= how.Estimator switch
                {
                    KeyEstimator.LastRows => VerticalSlashOracle.Select(Group(query, sequence, group), keys, sequence.Offset, declaration),
                    KeyEstimator.LastRowsOrPooled => FlexPrefillOracle.Select(Group(query, sequence, group), keys, sequence.Offset, declaration),
                    KeyEstimator.ObservationWindow => ObservationWindowOracle.Select(
                        [.. Enumerable.Range(0, Shape.KeyHeads).Select(h => Group(query, sequence, h))],
                        [.. Enumerable.Range(0, Shape.KeyHeads).Select(h => Rows(key, sequence.FirstKey, sequence.Keys, Shape.KeyHeads, h))], group, sequence.Offset, declaration),
                    _ => BlockSelectionOracle.Select(Group(query, sequence, group), keys, sequence.Offset, declaration, Boundary, Gate is null ? null : new GateOracle(Gate, group)),
                };
                if (selection.Margin < ClearMargin) return null;
                selected = selection.Visits[head % Shape.GroupSize];
            }

            for (var i = 0; i < sequence.Queries; i++)
            {
                var (row, b, h, position) = (i, batch, head, i + sequence.Offset);
                bool Visits(int j) =>
                    (!declaration.Causal || j <= position) && (selected is null || selected[row][j])
                    && (Listed is null || Listed.Visits(Shape.QueryHeads, b, h, position, j)) && (Mask is null || Mask(b, h, position, j));
                var (channels, lse) = DenseAttentionOracle.Row(
                    queries[i], keys, values, declaration.Scale, Visits, Score is null ? null : (score, j) => Score(score, b, h, position, j));
                var index = (sequence.FirstQuery + i) * Shape.QueryHeads + head;
                channels.CopyTo(output, index * Shape.HeadDim);
                logSumExp[index] = lse;
                visited += Enumerable.Range(0, sequence.Keys).Count(Visits);
                dense += declaration.Causal ? position + 1 : sequence.Keys;
            }
        }

        return new Truth(query, key, value, centroids, output, logSumExp, new AttentionWork(visited, dense), selections);
    }

    // The query heads of a key head.
    private double[][][] Group(float[] query, Sequence sequence, int keyHead) =>
        [.. Enumerable.Range(keyHead * Shape.GroupSize, Shape.GroupSize).Select(head => Rows(query, sequence.FirstQuery, sequence.Queries, Shape.QueryHeads, head))];

    private double[][] Rows(float[] tensor, int first, int tokens, int heads, int head)
    {
        var rows = new double[tokens][];
        for (var i = 0; i < tokens; i++)
        {
            rows[i] = new double[Shape.HeadDim];
            for (var c = 0; c < Shape.HeadDim; c++) rows[i][c] = tensor[((first + i) * heads + head) * Shape.HeadDim + c];
        }

        return rows;
    }

    /// <summary>One sequence of a case.</summary>
    /// <param name="FirstQuery">Its first query token among those of all.</param>
    /// <param name="Queries">Query tokens.</param>
    /// <param name="FirstKey">Its first key token among those of all.</param>
    /// <param name="Keys">Key tokens.</param>
    /// <param name="Offset">Position of the first query: causal kernels align the last query with the last key.</param>
    public sealed record Sequence(int FirstQuery, int Queries, int FirstKey, int Keys, int Offset);

    private sealed record Truth(
        float[] Query, float[] Key, float[] Value, float[] Centroids, double[] Output, double[] LogSumExp, AttentionWork Work, SelectedKeys?[,] Selections);
}
