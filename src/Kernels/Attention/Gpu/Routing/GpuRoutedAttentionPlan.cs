using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Attention within the clusters of every key head's centroids, one head after another: route keys, route queries, attend.</summary>
internal sealed class GpuRoutedAttentionPlan<TQuery, TKey> : AttentionPlan
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly IlgpuDevice _gpu;
    private readonly RowScores.Launcher<GpuFloat32, TQuery> _scoreQueries;
    private readonly RowScores.Launcher<GpuFloat32, TKey> _scoreKeys;
    private readonly CentroidRouting.Director<TQuery> _directQueries;
    private readonly CentroidRouting.Director<TKey> _directKeys;
    private readonly CentroidRouting.Chooser _choose;
    private readonly CentroidRouting.Lister _list;
    private readonly ClusterAttention.Launcher<TQuery, TKey> _attend;
    private readonly List<IlgpuBuffer> _owned = [];
    private readonly IlgpuBuffer _scores, _queriesBefore, _keysBefore, _listed, _visited;
    private readonly PageTables? _pageTables;
    private readonly long[] _counts;
    private ArrayView<int> _pages;
    private long _densePairs;

    public GpuRoutedAttentionPlan(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape) : base(device, declaration, shape)
    {
        var name = declaration.Name;
        _gpu = device;
        _scoreQueries = device.Load<RowScores.Launcher<GpuFloat32, TQuery>>(RowScores.Source<GpuFloat32, TQuery>(name));
        _scoreKeys = device.Load<RowScores.Launcher<GpuFloat32, TKey>>(RowScores.Source<GpuFloat32, TKey>(name, shape.Page > 0));
        _directQueries = device.Load<CentroidRouting.Director<TQuery>>(CentroidRouting.OfDirections<TQuery>(name));
        _directKeys = device.Load<CentroidRouting.Director<TKey>>(CentroidRouting.OfDirections<TKey>(name, shape.Page > 0));
        _choose = device.Load<CentroidRouting.Chooser>(CentroidRouting.OfChoices(name));
        _list = device.Load<CentroidRouting.Lister>(CentroidRouting.OfLists(name));
        _attend = device.Load<ClusterAttention.Launcher<TQuery, TKey>>(ClusterAttention.Source<TQuery, TKey>(name, shape.Page > 0));
        try
        {
            var clusters = (shape.Keys - 1) / declaration.Block + 1L;
            _scores = Reserve(clusters * Math.Max(shape.Queries, shape.Keys) * sizeof(float));
            _queriesBefore = Reserve(clusters * (shape.Queries + 1L) * sizeof(int));
            _keysBefore = Reserve(clusters * (shape.Keys + 1L) * sizeof(int));
            _listed = Reserve(clusters * Math.Min(declaration.Block, shape.Keys) * sizeof(int));
            _counts = new long[shape.Queries];
            _visited = Reserve(shape.Queries * (long)sizeof(long));
            _pageTables = shape.Page == 0 ? null : new PageTables(Reserve(PageTables.Bytes(shape)), shape);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => _owned.Sum(buffer => buffer.ByteLength);

    /// <inheritdoc/>
    public override AttentionWork Work
    {
        get
        {
            _visited.CopyTo(MemoryMarshal.AsBytes(_counts.AsSpan()));
            return new AttentionWork(_counts.Sum(), _densePairs);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var buffer in _owned) buffer.Dispose();
    }

    /// <inheritdoc/>
    protected override void RunCore(in AttentionRun run)
    {
        _densePairs = 0;
        using var access = _gpu.Enter();
        _visited.View<byte>().MemSetToZero(_gpu.Stream);
        var sequences = run.Sequences;
        _pageTables?.Fill(sequences);
        _pages = _visited.View<int>();
        var (query, output) = (new HeadLayout(run.Query), new HeadLayout(run.Output));
        var (key, value) = (HeadLayout.OfKeys(run.Key, Shape.Page), HeadLayout.OfKeys(run.Value, Shape.Page));
        var logSumExp = run.LogSumExp is { } tensor ? new HeadLayout(tensor) : default;
        for (var i = 0; i < (sequences.IsRagged ? sequences.Count : run.Query[0]); i++)
        {
            var (queries, keys) = sequences.IsRagged ? (sequences.Queries(i), sequences.Keys(i)) : (run.Query[1], run.Key[1]);
            if (queries == 0) continue;
            var (batch, firstQuery) = sequences.IsRagged ? (0, sequences.QueryOffsets[i]) : (i, 0);
            var firstKey = sequences is { IsRagged: true, IsPaged: false } ? sequences.KeyOffsets[i] : 0;
            if (_pageTables is { } tables) _pages = tables.Of(i);
            var pairs = Declaration.Causal ? (long)queries * (keys - queries) + queries * (queries + 1L) / 2 : (long)queries * keys;
            _densePairs += pairs * Shape.QueryHeads;
            for (var keyHead = 0; keyHead < Shape.KeyHeads; keyHead++)
            {
                var arguments = new RoutingArguments
                {
                    Key = Head(key, batch, firstKey, keyHead), Value = Head(value, batch, firstKey, keyHead), Clusters = run.Centroids!.Value[1],
                    HeadDim = Shape.HeadDim, Queries = queries, Keys = keys, FirstPosition = Declaration.Causal ? keys - queries : 0,
                    KeysOfCluster = Math.Min(Declaration.Block, keys), Causal = Declaration.Causal ? 1 : 0, Scale = Declaration.Scale * SoftmaxState.Log2E,
                    HasLogSumExp = run.LogSumExp is null ? 0 : 1,
                };
                var centroids = Head(new HeadLayout(run.Centroids.Value), 0, 0, keyHead);
                Route(run, arguments with { Source = arguments.Key, Tokens = keys, Taken = arguments.KeysOfCluster }, centroids, _scoreKeys, _directKeys, run.Key, _keysBefore);
                for (var head = keyHead * Shape.GroupSize; head < (keyHead + 1) * Shape.GroupSize; head++)
                {
                    arguments.Query = Head(query, batch, firstQuery, head);
                    arguments.Output = Head(output, batch, firstQuery, head);
                    arguments.LogSumExp = Head(logSumExp, batch, firstQuery, head);
                    var taken = Math.Min(Declaration.Block, queries);
                    Route(run, arguments with { Source = arguments.Query, Tokens = queries, Taken = taken }, centroids, _scoreQueries, _directQueries, run.Query, _queriesBefore);
                    Attend(run, arguments);
                }
            }
        }
    }

    private void Route<T>(
        in AttentionRun run, RoutingArguments a, in HeadLayout centroids, RowScores.Launcher<GpuFloat32, T> score, CentroidRouting.Director<T> direct,
        in Tensor tokens, IlgpuBuffer chosenBefore)
        where T : unmanaged
    {
        var (source, scores, tiles) = (View<T>(tokens), _scores.View<float>(), (a.Tokens - 1) / CentroidRouting.Threads + 1);
        var products = new EstimateArguments
        {
            Query = centroids, Key = a.Source, Heads = 1, Group = 1, Queries = a.Clusters, Keys = a.Tokens, HeadDim = a.HeadDim, Scale = 1, Stride = 1,
            ScoreRows = a.Clusters, Columns = a.Tokens,
        };
        score(
            _gpu.Stream,
            new KernelConfig(new Index3D((a.Tokens - 1) / RowScores.Side + 1, (a.Clusters - 1) / RowScores.Side + 1, 1), new Index3D(RowScores.Threads, 1, 1)),
            View<GpuFloat32>(run.Centroids!.Value), source, _pages, scores, products);
        direct(_gpu.Stream, Grid(tiles, 1, CentroidRouting.Threads), source, _pages, scores, a);
        _choose(_gpu.Stream, Grid(a.Clusters, 1, LineChoice.Threads), scores, chosenBefore.View<int>(), a);
        if (chosenBefore == _keysBefore) _list(_gpu.Stream, Grid(tiles, a.Clusters, CentroidRouting.Threads), chosenBefore.View<int>(), _listed.View<int>(), a);
    }

    private void Attend(in AttentionRun run, in RoutingArguments a) => _attend(
        _gpu.Stream, Grid(a.Queries, 1, ClusterAttention.Threads), View<TQuery>(run.Query), View<TKey>(run.Key), View<TKey>(run.Value), _pages, View<TQuery>(run.Output),
        run.LogSumExp is { } logSumExp ? View<float>(logSumExp) : _scores.View<float>(), _queriesBefore.View<int>(), _keysBefore.View<int>(),
        _listed.View<int>(), _visited.View<long>(), a);

    private IlgpuBuffer Reserve(long byteLength)
    {
        var buffer = new IlgpuBuffer(_gpu, byteLength);
        _owned.Add(buffer);
        return buffer;
    }

    private static HeadLayout Head(in HeadLayout layout, int batch, int token, int head) => layout with { Offset = layout.Row(batch, token, head) };

    private static ArrayView<T> View<T>(in Tensor tensor) where T : unmanaged => ((IlgpuBuffer)tensor.Buffer).View<T>();

    private static KernelConfig Grid(int x, int y, int threads) => new(new Index3D(x, y, 1), new Index3D(threads, 1, 1));
}
