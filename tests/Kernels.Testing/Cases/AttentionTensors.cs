using Xunit;

namespace Kernels.Testing;

/// <summary>The guarded tensors of an attention case on a device: sequences side by side, one after another, or with keys in pages.</summary>
public sealed class AttentionTensors : IDisposable
{
    // Pages that no sequence owns; they and the rest of every last page hold NaN, which no output may show.
    private const int SparePages = 2;

    private readonly AttentionCase _problem;
    private readonly int[] _queryOffsets, _keyOffsets, _keyLengths, _pageTable = [];

    /// <summary>Allocates them; nothing but guards is in them before <see cref="Write"/>.</summary>
    public AttentionTensors(AttentionCase problem, Device device)
    {
        _problem = problem;
        var (shape, gap) = (problem.Shape, problem.Gap);
        _queryOffsets = [.. problem.Sequences.Select(sequence => sequence.FirstQuery), problem.Sequences.Sum(sequence => sequence.Queries)];
        _keyOffsets = [.. problem.Sequences.Select(sequence => sequence.FirstKey), problem.Sequences.Sum(sequence => sequence.Keys)];
        _keyLengths = [.. problem.Sequences.Select(sequence => sequence.Keys)];
        var (batch, queries) = problem.Lengths is null ? (shape.Batch, shape.Queries) : (1, _queryOffsets[^1]);
        Query = new GuardedTensor(device, shape.QueryType, batch, queries, shape.QueryHeads, shape.HeadDim, gap);
        Output = new GuardedTensor(device, shape.QueryType, batch, queries, shape.QueryHeads, shape.HeadDim, gap);
        LogSumExp = new GuardedTensor(device, ElementType.Float32, batch, queries, shape.QueryHeads, 1, gap);
        var keys = problem.Lengths is null ? shape.Keys : _keyOffsets[^1];
        if (shape.Page > 0) (_pageTable, batch, keys) = (DealPages(problem, out var pages), pages, shape.Page);
        Key = new GuardedTensor(device, shape.KeyType, batch, keys, shape.KeyHeads, shape.HeadDim, gap);
        Value = new GuardedTensor(device, shape.KeyType, batch, keys, shape.KeyHeads, shape.HeadDim, gap);
        if (problem.Clusters > 0) Centroids = new GuardedTensor(device, ElementType.Float32, 1, problem.Clusters, shape.KeyHeads, shape.HeadDim);
    }

    /// <summary>Queries.</summary>
    public GuardedTensor Query { get; }

    /// <summary>Keys.</summary>
    public GuardedTensor Key { get; }

    /// <summary>Values.</summary>
    public GuardedTensor Value { get; }

    /// <summary>Centroids; null where the kernel routes nothing.</summary>
    public GuardedTensor? Centroids { get; }

    /// <summary>Output.</summary>
    public GuardedTensor Output { get; }

    /// <summary>Log-sum-exps.</summary>
    public GuardedTensor LogSumExp { get; }

    /// <summary>Stores values given sequence by sequence: [tokens of all sequences, heads, channels].</summary>
    public void Write(float[] query, float[] key, float[] value, float[]? centroids = null)
    {
        Query.Write(query);
        Key.Write(InPages(key));
        Centroids?.Write(centroids);
        WriteValues(value);
    }

    /// <summary>Stores the values alone.</summary>
    public void WriteValues(float[] value) => Value.Write(InPages(value));

    /// <summary>Runs a plan on them, with the case's index and lengths, and a gate where it asks one; allocates nothing.</summary>
    public void Run(AttentionPlan plan, GateKeyCache? gate = null, bool withLogSumExp = true)
    {
        var sequences = _problem.Shape.Page > 0 ? RaggedBatch.Paged(_queryOffsets, _keyLengths, _pageTable)
            : _problem.Lengths is null ? default : RaggedBatch.Packed(_queryOffsets, _keyOffsets);
        plan.Run(new AttentionRun(Query.Tensor, Key.Tensor, Value.Tensor, Output.Tensor)
        {
            LogSumExp = withLogSumExp ? LogSumExp.Tensor : null, Index = _problem.Listed?.Index, Gate = gate, Centroids = Centroids?.Tensor,
            Sequences = sequences,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { Query, Key, Value, Centroids, Output, LogSumExp }) tensor?.Dispose();
    }

    // Pages are dealt to the sequences in turn, the last page of the cache first, so that none are neighbours.
    private static int[] DealPages(AttentionCase problem, out int pages)
    {
        var (sequences, page) = (problem.Sequences, problem.Shape.Page);
        var needed = sequences.Select(sequence => (sequence.Keys + page - 1) / page).ToArray();
        var columns = needed.Max() + 1;
        var table = new int[sequences.Length * columns];
        Array.Fill(table, -1);
        pages = needed.Sum() + SparePages;
        var next = pages - 1;
        for (var column = 0; column < columns; column++)
        for (var i = 0; i < sequences.Length; i++)
            if (column < needed[i]) table[i * columns + column] = next--;
        Assert.Equal(SparePages - 1, next);
        return table;
    }

    private float[] InPages(float[] tokens)
    {
        if (_problem.Shape.Page == 0) return tokens;
        var (page, row, columns) = (_problem.Shape.Page, _problem.Shape.KeyHeads * _problem.Shape.HeadDim, _pageTable.Length / _problem.Sequences.Length);
        var pool = new float[Key.Tensor[0] * page * row];
        Array.Fill(pool, float.NaN);
        for (var i = 0; i < _problem.Sequences.Length; i++)
        for (var j = 0; j < _problem.Sequences[i].Keys; j++)
            tokens.AsSpan((_problem.Sequences[i].FirstKey + j) * row, row).CopyTo(pool.AsSpan((_pageTable[i * columns + j / page] * page + j % page) * row));
        return pool;
    }
}
