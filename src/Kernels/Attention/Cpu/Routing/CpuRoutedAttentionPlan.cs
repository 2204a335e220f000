namespace Kernels;

/// <summary>Gather, dense attention, scatter-mean: within the clusters of every key head's centroids.</summary>
internal sealed unsafe class CpuRoutedAttentionPlan : CpuAttentionPlan
{
    private const int Chunk = CpuAttentionProgram.ChunkKeys, ScatterRows = 256;

    private readonly ParallelAction _attend, _scatter;
    private readonly CentroidRouter _router;
    private readonly CpuBuffer _results, _workers;
    private readonly int[] _keyIds, _queryIds;
    private readonly bool[] _seen;
    private readonly long _workerFloats;
    private readonly int _cluster;
    private Tensor _centroids;
    private int _batch, _keyHead;

    public CpuRoutedAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
        (_attend, _scatter) = (new ParallelAction(Attend), new ParallelAction(Scatter));
        var tokens = Math.Max(shape.Queries, shape.Keys);
        _cluster = Math.Min(declaration.Block, tokens);
        var clusters = (shape.Keys - 1) / declaration.Block + 1;
        _router = new CentroidRouter(device, program, clusters, tokens, shape.HeadDim);
        (_keyIds, _queryIds) = (new int[clusters * _cluster], new int[shape.GroupSize * clusters * _cluster]);
        _seen = new bool[_queryIds.Length];
        _results = (CpuBuffer)device.Allocate(_queryIds.Length * (long)Stride * sizeof(float));
        // Gathered keys and values; a row's state; scores of a chunk; sums and counts of scattered rows; a walk; a row of conversion scratch.
        _workerFloats = 2L * _cluster * Stride + program.RowStep * (2L * Stride + program.Lanes + 1) + Chunk + ScatterRows * (Stride + 1L) + FewRowsWalk.Floats(Stride) + 2 * Stride;
        _workers = (CpuBuffer)device.Allocate(device.Workers.Count * _workerFloats * sizeof(float));
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _router.ByteLength + _results.ByteLength + _workers.ByteLength
        + sizeof(int) * ((long)_keyIds.Length + _queryIds.Length) + _seen.Length;

    private int Clusters => _centroids[1];

    private int KeysOfCluster => Math.Min(_cluster, Keys);

    private int QueriesOfCluster => Math.Min(_cluster, Queries);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _router.Dispose();
        _results.Dispose();
        _workers.Dispose();
    }

    /// <inheritdoc/>
    protected override void RunCore(in AttentionRun run)
    {
        _centroids = run.Centroids!.Value;
        base.RunCore(run);
    }

    /// <inheritdoc/>
    protected override void RunSequences()
    {
        for (_batch = FirstSequence; _batch < FirstSequence + Batch; _batch++)
        for (_keyHead = 0; _keyHead < Shape.KeyHeads; _keyHead++)
        {
            _router.Load(new HeadRows(_centroids).At(0, 0, _keyHead), Clusters);
            _router.Route(KeyHead(_batch, _keyHead), Keys, KeysOfCluster, _keyIds);
            for (var slot = 0; slot < Shape.GroupSize; slot++)
                _router.Route(QueryHead(_batch, _keyHead * Shape.GroupSize + slot), Queries, QueriesOfCluster, _queryIds.AsMemory(slot * Clusters * QueriesOfCluster));
            Cpu.Workers.Run(Shape.GroupSize * Clusters, _attend);
            Cpu.Workers.Run(Shape.GroupSize * ((Queries - 1) / ScatterRows + 1), _scatter);
        }
    }

    private ReadOnlySpan<int> QueryIds(int pair) => _queryIds.AsSpan(pair * QueriesOfCluster, QueriesOfCluster);

    private float* Result(int pair, int place) => (float*)_results.Pointer + ((long)pair * QueriesOfCluster + place) * Stride;

    private float* Worker(int worker) => (float*)_workers.Pointer + worker * _workerFloats;

    // A pair is a query head of the group and a cluster.
    private void Attend(int pair, int worker)
    {
        var (slot, cluster) = (pair / Clusters, pair % Clusters);
        var head = _keyHead * Shape.GroupSize + slot;
        var keys = Worker(worker);
        var values = keys + (long)_cluster * Stride;
        var tile = RowTile(values + (long)_cluster * Stride, head);
        var scratch = keys + _workerFloats - 2 * Stride;
        var memory = scratch - FewRowsWalk.Floats(Stride);
        var ids = _keyIds.AsSpan(cluster * KeysOfCluster, KeysOfCluster);
        for (var i = 0; i < ids.Length; i++)
        {
            new ReadOnlySpan<float>(KeyHead(_batch, _keyHead).Row(ids[i], Shape.HeadDim, scratch), Shape.HeadDim).CopyTo(new Span<float>(keys + (long)i * Stride, Stride));
            new ReadOnlySpan<float>(ValueHead(_batch, _keyHead).Row(ids[i], Shape.HeadDim, scratch), Shape.HeadDim).CopyTo(new Span<float>(values + (long)i * Stride, Stride));
        }

        var queries = QueryIds(pair);
        for (var place = 0; place < queries.Length; place++)
        {
            tile.Position = FirstPosition + queries[place];
            var visible = Declaration.Causal ? KeyList.CountBelow(ids, tile.Position + 1) : ids.Length;
            _seen[pair * QueriesOfCluster + place] = visible > 0;
            LoadRow(QueryHead(_batch, head), queries[place], tile.Query, scratch);
            Reset(tile);
            var walk = new FewRowsWalk(
                Program, tile, new HeadRows(keys, ElementType.Float32, Stride), new HeadRows(values, ElementType.Float32, Stride), Shape.HeadDim, causal: false, memory);
            walk.Add(0, visible, partial: false);
            Count(worker, walk.Finish());
            float sum = 0;
            for (var lane = 0; lane < Program.Lanes; lane++) sum += tile.Sum[lane];
            var result = Result(pair, place);
            for (var c = 0; c < Shape.HeadDim; c++) result[c] = tile.Accumulator[c] / sum;
        }
    }

    private void Scatter(int task, int worker)
    {
        var chunks = (Queries - 1) / ScatterRows + 1;
        var (slot, first) = (task / chunks, task % chunks * ScatterRows);
        var rows = Math.Min(ScatterRows, Queries - first);
        var sums = Worker(worker);
        var counts = sums + ScatterRows * Stride;
        new Span<float>(sums, ScatterRows * (Stride + 1)).Clear();
        for (var pair = slot * Clusters; pair < (slot + 1) * Clusters; pair++)
        {
            var ids = QueryIds(pair);
            var end = KeyList.CountBelow(ids, first + rows);
            for (var place = KeyList.CountBelow(ids, first); place < end; place++)
            {
                if (!_seen[pair * QueriesOfCluster + place]) continue;
                ScoreRow.Add(Result(pair, place), sums + (ids[place] - first) * (long)Stride, Shape.HeadDim);
                counts[ids[place] - first]++;
            }
        }

        // A mean is a sum of values of weight 1: the row is finished as any other.
        var tile = RowTile(counts + ScatterRows, 0);
        new Span<float>(tile.Sum, Program.Lanes).Clear();
        for (var row = 0; row < rows; row++)
        {
            tile.Accumulator = sums + row * (long)Stride;
            tile.Sum[0] = counts[row];
            tile.Maximum[0] = counts[row] > 0 ? 0 : float.NegativeInfinity;
            FinishRow(tile, 0, _batch, _keyHead * Shape.GroupSize + slot, first + row);
        }
    }

    private AttentionTile RowTile(float* floats, int head)
    {
        var query = floats;
        var accumulator = query + Program.RowStep * Stride;
        var sum = accumulator + Program.RowStep * Stride;
        var maximum = sum + Program.RowStep * Program.Lanes;
        return new AttentionTile
        {
            Query = query, Accumulator = accumulator, Sum = sum, Maximum = maximum, Scores = maximum + Program.RowStep, Rows = 1, Batch = _batch, Head = head, Group = 1,
        };
    }
}
