namespace Kernels;

/// <content>What is refused before anything is launched.</content>
public abstract partial class AttentionPlan
{
    private void Check(in AttentionRun run)
    {
        CheckTensor("query", run.Query, Shape.QueryType, Shape.QueryHeads, Shape.HeadDim);
        CheckTensor("key", run.Key, Shape.KeyType, Shape.KeyHeads, Shape.HeadDim);
        CheckTensor("value", run.Value, Shape.KeyType, Shape.KeyHeads, Shape.HeadDim);
        CheckTensor("output", run.Output, Shape.QueryType, Shape.QueryHeads, Shape.HeadDim);
        CheckEqual("value", run.Value, "key", run.Key);
        CheckEqual("output", run.Output, "query", run.Query);
        if (run.LogSumExp is { } logSumExp)
        {
            CheckTensor("logSumExp", logSumExp, ElementType.Float32, Shape.QueryHeads, 1);
            CheckEqual("logSumExp", logSumExp, "query", run.Query);
        }

        if (run.Sequences.IsRagged) CheckSequences(run);
        else CheckBatch(run);
        CheckIndex(run);
        CheckCentroids(run);
        CheckGate(run);
        CheckSummary(run);
    }

    private void CheckTensor(string what, in Tensor tensor, ElementType type, int heads, int channels)
    {
        if (tensor.Buffer is null) throw Refuse($"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Heads.");
        if (tensor.Buffer.Device != Device)
            throw Refuse($"{what} on {tensor.Buffer.Device.Name}", $"the plan runs on {Device.Name}", "Copy the tensor to the plan's device.");
        if (tensor.Rank != 4 || tensor.Type != type || tensor[2] != heads || tensor[3] != channels)
            throw Refuse($"{what} {tensor}", $"{type}[batch, tokens, {heads}, {channels}] was planned", "Plan again with the tensor's shape.");
    }

    private void CheckEqual(string what, in Tensor tensor, string other, in Tensor expected)
    {
        if (tensor[0] != expected[0] || tensor[1] != expected[1])
            throw Refuse(
                $"{what} {tensor}", $"{other} is [{expected[0]}, {expected[1]}, …]: batch and tokens must agree", "Pass tensors of equal batch and tokens.");
    }

    private void CheckBatch(in AttentionRun run)
    {
        if (Shape.Page != 0)
            throw Refuse($"key {run.Key} without a page table", $"the plan holds pages of {Shape.Page} keys", "Pass RaggedBatch.Paged as the run's Sequences.");
        CheckLengths("query", run.Query, Shape.Queries);
        CheckLengths("key", run.Key, Shape.Keys);
        var (batch, queries, keys) = (run.Query[0], run.Query[1], run.Key[1]);
        if (run.Key[0] != batch)
            throw Refuse($"{run.Key[0]} sequences of keys", $"there are {batch} of queries", "Pass tensors of equal batch.");
        if (Declaration.Causal && queries > keys)
            throw Refuse($"{queries} queries and {keys} keys", "causal attention needs at least as many keys as queries",
                "Append the new keys before the run.");
    }

    private void CheckLengths(string what, in Tensor tensor, int tokens)
    {
        if (tensor[0] < 1 || tensor[0] > Shape.Batch || tensor[1] < 1 || tensor[1] > tokens)
            throw Refuse(
                $"{what} {tensor}", $"the plan holds batches of 1 to {Shape.Batch} and 1 to {tokens} tokens", "Plan again with a larger shape.");
    }

    private void CheckSequences(in AttentionRun run)
    {
        var sequences = run.Sequences;
        if (sequences.Count < 1 || sequences.Count > Shape.Batch)
            throw Refuse(
                $"{sequences.QueryOffsets.Length} query offsets", $"the plan holds 1 to {Shape.Batch} sequences, which have one offset more",
                "Pass the first token of every sequence and the end of the last, or plan again with a larger batch.");
        CheckOffsets("query", sequences.QueryOffsets, run.Query, sequences.Count);
        if (sequences.IsPaged != (Shape.Page != 0))
            throw Refuse(
                sequences.IsPaged ? "a page table" : "no page table", Shape.Page == 0 ? "the plan holds keys one after another" : $"the plan holds pages of {Shape.Page} keys",
                "Set Page of the plan's shape to the keys of a page, or to 0 for keys one after another.");
        if (!sequences.IsPaged) CheckOffsets("key", sequences.KeyOffsets, run.Key, sequences.Count);
        else if (sequences.KeyLengths.Length != sequences.Count)
            throw Refuse($"{sequences.KeyLengths.Length} key lengths", $"there are {sequences.Count} sequences", "Pass the keys of every sequence.");

        for (var i = 0; i < sequences.Count; i++)
        {
            var (queries, keys) = (sequences.Queries(i), sequences.Keys(i));
            if (queries > Shape.Queries || keys < 0 || keys > Shape.Keys)
                throw Refuse(
                    $"{queries} queries and {keys} keys of sequence {i}", $"the plan holds 0 to {Shape.Queries} queries and 0 to {Shape.Keys} keys of each",
                    "Correct the lengths, or plan again with a larger shape.");
            if (Declaration.Causal ? queries > keys : queries > 0 && keys == 0)
                throw Refuse(
                    $"{queries} queries and {keys} keys of sequence {i}",
                    Declaration.Causal ? "causal attention needs at least as many keys as queries" : "queries need a key", "Append the new keys before the run.");
        }

        if (sequences.IsPaged) CheckPages(run);
    }

    private void CheckOffsets(string what, ReadOnlySpan<int> offsets, in Tensor tensor, int sequences)
    {
        if (offsets.Length != sequences + 1)
            throw Refuse(
                $"{offsets.Length} {what} offsets", $"{sequences} sequences have {sequences + 1}",
                "Pass the first token of every sequence and the end of the last.");
        if (offsets[0] != 0) throw Refuse($"a first {what} offset of {offsets[0]}", "the first sequence begins at 0", "Begin with 0.");
        for (var i = 0; i < sequences; i++)
            if (offsets[i + 1] < offsets[i])
                throw Refuse(
                    $"{what} offset {offsets[i + 1]} after {offsets[i]}, which gives sequence {i} a negative length", "a sequence has 0 tokens or more",
                    "Let offsets never descend.");
        if (tensor[0] != 1 || tensor[1] != offsets[^1])
            throw Refuse(
                $"{what} {tensor}", $"{what} offsets end at {offsets[^1]}: [1, {offsets[^1]}, …] holds their tokens one after another",
                "Let the last offset be the tensor's tokens.");
    }

    private void CheckPages(in AttentionRun run)
    {
        var sequences = run.Sequences;
        var page = Shape.Page;
        if (run.Key[1] != page)
            throw Refuse($"key {run.Key}", $"the plan holds pages of {page} keys", "Pass pages of that length, or plan again with another Page.");
        if (sequences.PageTable.Length % sequences.Count != 0)
            throw Refuse(
                $"a page table of {sequences.PageTable.Length} entries", $"each of {sequences.Count} sequences has equally many", "Pad its rows to the longest.");
        for (var i = 0; i < sequences.Count; i++)
        {
            var pages = sequences.PagesNeeded(i, page);
            if (pages > sequences.PageColumns)
                throw Refuse(
                    $"{sequences.PageColumns} pages of sequence {i}", $"its {sequences.Keys(i)} keys need {pages} of {page}", "Give it more pages before the run.");
            foreach (var id in sequences.PagesOf(i, page))
                if ((uint)id >= (uint)run.Key[0])
                    throw Refuse($"page {id} of sequence {i}", $"there are pages 0 to {run.Key[0] - 1}", "List only pages that exist.");
        }
    }

    private void CheckIndex(in AttentionRun run)
    {
        var takesIndex = Declaration.Pattern == AttentionPattern.Indexed;
        if (run.Index is not { } index)
        {
            if (takesIndex) throw Refuse("no index", "[IndexedAttention] visits the keys an index lists", "Pass an AttentionIndex to the run.");
            return;
        }

        if (!takesIndex)
            throw Refuse($"a {index.GetType().Name}", $"a {Declaration.Pattern} kernel chooses its own keys", "Declare the kernel with [IndexedAttention].");
        var batch = run.Sequences.IsRagged ? run.Sequences.Count : run.Query[0];
        if (index.Batch != 1 && index.Batch != batch)
            throw Refuse($"an index of {index.Batch} sequences", $"the run has {batch}", "Make the index for the run's batch, or for 1 to share it.");
        if (index.Heads != 1 && (index.Heads % Shape.KeyHeads != 0 || Shape.QueryHeads % index.Heads != 0))
            throw Refuse(
                $"an index of {index.Heads} heads", $"there are {Shape.QueryHeads} query heads and {Shape.KeyHeads} key heads",
                "Make the index for one of these, or for 1 to share it.");
        var (first, positions) = Positions(run);
        if (index.First > first)
            throw Refuse($"an index from query position {index.First} on", $"the run begins at position {first}", "Make the index for every position.");
        if (index.Queries < positions)
            throw Refuse($"an index of {index.Queries} query positions", $"the run reaches position {positions - 1}", "Make the index for every position.");
    }

    private void CheckCentroids(in AttentionRun run)
    {
        var routes = Declaration.Pattern == AttentionPattern.Routed;
        if (run.Centroids is not { } centroids)
        {
            if (routes) throw Refuse("no centroids", "[RoutedAttention] attends within the clusters of centroids", "Call RunRouted with the centroids of the model.");
            return;
        }

        if (!routes) throw Refuse("centroids", $"a {Declaration.Pattern} kernel routes nothing", "Declare the kernel with [RoutedAttention].");
        var most = (Shape.Keys - 1) / Declaration.Block + 1;
        if (centroids.Rank != 4 || centroids.Type != ElementType.Float32 || centroids[0] != 1 || centroids[2] != Shape.KeyHeads || centroids[3] != Shape.HeadDim
            || centroids[1] < 1 || centroids[1] > most || centroids.Buffer.Device != Device)
            throw Refuse(
                $"centroids {centroids}", $"Float32[1, 1 to {most}, {Shape.KeyHeads}, {Shape.HeadDim}] on {Device.Name} is needed",
                "Pass the centroids of the layer, or plan more keys.");
    }

    private void CheckGate(in AttentionRun run)
    {
        if (run.Gate is not { } gate)
        {
            if (Declaration.Selection is { IsGated: true, Estimator: var estimator })
                throw Refuse("no gate", $"the estimator {estimator} asks a learned gate", "Pass a GateKeyCache made for the layer's AttentionGate to the run.");
            return;
        }

        if (Declaration.Selection is not { IsGated: true } selection)
            throw Refuse("a gate", "this kernel asks none", "Declare the kernel with [SelectedAttention(Estimator = KeyEstimator.Gate)].");
        if (gate.Device != Device) throw Refuse($"a gate on {gate.Device.Name}", $"the plan runs on {Device.Name}", "Make the GateKeyCache on the plan's device.");
        var (shape, shared) = (gate.Gate.Shape, selection.Estimator == KeyEstimator.GroupGate);
        if (shape.QueryHeads != Shape.QueryHeads || shape.KeyHeads != Shape.KeyHeads || shape.HeadDim != Shape.HeadDim
            || shape.Block != selection.Block || shape.SharedByGroup != shared)
            throw Refuse(
                $"a gate for {shape}", $"the kernel and its plan have {Shape.QueryHeads} query heads, {Shape.KeyHeads} key heads, heads of {Shape.HeadDim}, blocks of {selection.Block}"
                + (shared ? " and a gate shared by the heads of a key head" : " and a gate for each head"), "Load or distil a gate for this layer and method.");

        var (batch, keys) = run.Sequences.IsRagged ? (run.Sequences.Count, MostKeys(run.Sequences)) : (run.Key[0], run.Key[1]);
        if (batch > gate.Batch || keys > gate.Keys)
            throw Refuse($"{batch} sequences of {keys} keys", $"the gate's cache holds {gate.Batch} of {gate.Keys}", "Make a larger GateKeyCache.");
    }

    private static int MostKeys(RaggedBatch sequences)
    {
        var most = 0;
        for (var i = 0; i < sequences.Count; i++) most = Math.Max(most, sequences.Keys(i));
        return most;
    }

    private void CheckSummary(in AttentionRun run)
    {
        if (run.Summary is not { } summary) return;
        if (summary.ByteLength != SummaryBytes || summary.Buffer.Device != Device)
            throw Refuse(
                $"a summary of {summary.ByteLength} bytes on {summary.Buffer.Device.Name}", $"the plan keeps {SummaryBytes} on {Device.Name}",
                "Make the summary with this plan, or one of the same shape.");
        if (run.Sequences.IsRagged)
            throw Refuse("a summary with a ragged batch", "a summary holds sequences of equal lengths", "Run the batch without a summary.");
        if (summary.Keys > run.Key[1])
            throw Refuse($"a summary of {summary.Keys} keys", $"the run has {run.Key[1]}", "Forget keys when they are dropped.");
    }

    // The first position of the run's queries, and the one after their last: causal queries are aligned with the last keys.
    private (int First, int End) Positions(in AttentionRun run)
    {
        if (!run.Sequences.IsRagged) return Declaration.Causal ? (run.Key[1] - run.Query[1], run.Key[1]) : (0, run.Query[1]);
        var (first, end) = (int.MaxValue, 0);
        for (var i = 0; i < run.Sequences.Count; i++)
        {
            var (queries, keys) = (run.Sequences.Queries(i), run.Sequences.Keys(i));
            if (queries == 0) continue;
            var last = Declaration.Causal ? keys : queries;
            (first, end) = (Math.Min(first, last - queries), Math.Max(end, last));
        }

        return (first, end);
    }

    private protected KernelException Refuse(string received, string limit, string remedy) =>
        new(Declaration.Name, Device.Name, received, limit, remedy);
}
