using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Probabilities of mean keys for the mean query of a row group.</summary>
internal sealed class GpuPooledEstimator<TQuery, TKey> : GpuBlockEstimator<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly VectorPooling.Launcher<TQuery> _poolQueries;
    private readonly VectorPooling.Launcher<TKey> _poolKeys;
    private readonly RowScores.Launcher<GpuFloat32, GpuFloat32> _score;
    private readonly BlockEstimates.Launcher _estimate;
    private readonly IlgpuBuffer _keyMeans;
    private IlgpuBuffer _queryMeans = null!, _scores = null!, _describedRows = null!;

    public GpuPooledEstimator(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        : base(device, declaration, shape)
    {
        _poolQueries = device.Load<VectorPooling.Launcher<TQuery>>(VectorPooling.Source<TQuery>(declaration.Name));
        _poolKeys = device.Load<VectorPooling.Launcher<TKey>>(VectorPooling.Source<TKey>(declaration.Name, shape.Page > 0));
        _score = device.Load<RowScores.Launcher<GpuFloat32, GpuFloat32>>(RowScores.Source<GpuFloat32, GpuFloat32>(declaration.Name));
        _estimate = device.Load<BlockEstimates.Launcher>(BlockEstimates.Source(declaration.Name));
        var blocks = (long)shape.Batch * shape.KeyHeads * MostBlocks;
        _keyMeans = Reserve(blocks * shape.HeadDim * sizeof(float));
        DescribedKeys = Reserve(blocks);
    }

    /// <inheritdoc/>
    public override long BytesPerGroup => sizeof(float) * ((long)Shape.HeadDim + MostBlocks) + 1;

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedKeys { get; }

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedRows => _describedRows;

    /// <inheritdoc/>
    public override void ReserveWave(int pairs, int groups)
    {
        var rows = (long)pairs * groups;
        _queryMeans = Reserve(rows * Shape.HeadDim * sizeof(float));
        _scores = Reserve(rows * MostBlocks * sizeof(float));
        _describedRows = Reserve(rows);
    }

    /// <inheritdoc/>
    public override void Summarise(in KeyMemory<TKey> key, int sequence, int batch, in EstimateArguments run)
    {
        var arguments = Pools(run) with { Layout = run.Key, Heads = Shape.KeyHeads, Tokens = run.Keys, Positions = run.Block };
        _poolKeys(
            Device.Stream, Grid(run.Blocks, batch * Shape.KeyHeads), key.Rows, key.Pages, _keyMeans.View<float>(), DescribedKeys.View<byte>(), arguments);
    }

    /// <inheritdoc/>
    public override void Estimate(ArrayView<TQuery> query, in KeyMemory<TKey> key, int pairs, EstimateArguments wave, IlgpuBuffer estimates)
    {
        var arguments = Pools(wave) with
        {
            Layout = wave.Query, FirstPair = wave.FirstPair, Heads = wave.Heads, Tokens = wave.Queries, FirstPosition = wave.FirstPosition,
            Positions = wave.Rows, FirstPool = wave.FirstGroup,
        };
        _poolQueries(Device.Stream, Grid(wave.Groups, pairs), query, key.Pages, _queryMeans.View<float>(), _describedRows.View<byte>(), arguments);

        // Pools stand for tokens: of queries those of the wave, of keys those of every head.
        var pooled = wave with
        {
            Query = Layout(wave.Groups, wave.Heads, -(long)wave.FirstPair * wave.Groups * wave.HeadDim), Key = Layout(wave.Blocks, Shape.KeyHeads, 0),
            Queries = wave.Groups, Keys = wave.Blocks, FirstPosition = 0, Causal = 0, Stride = 1, ScoreRows = wave.Groups, FirstScoreRow = 0,
            Columns = wave.Blocks,
        };
        _score(
            Device.Stream,
            new KernelConfig(
                new Index3D((wave.Blocks - 1) / RowScores.Side + 1, (wave.Groups - 1) / RowScores.Side + 1, pairs), new Index3D(RowScores.Threads, 1, 1)),
            _queryMeans.View<GpuFloat32>(), _keyMeans.View<GpuFloat32>(), key.Pages, _scores.View<float>(), pooled);
        _estimate(
            Device.Stream, new KernelConfig(new Index3D(wave.Groups, pairs, 1), new Index3D(BlockEstimates.Threads, 1, 1)),
            _scores.View<float>(), DescribedKeys.View<byte>(), estimates.View<float>(),
            wave with { Stride = 0, ScoreRows = wave.Groups, FirstScoreRow = wave.FirstGroup, Columns = wave.Blocks });
    }

    private PoolingArguments Pools(in EstimateArguments run) => new() { HeadDim = run.HeadDim, Similarity = Selection.SelfSimilarity };

    private HeadLayout Layout(int pools, int heads, long offset) => new()
    {
        Offset = offset, Token = Shape.HeadDim, Head = (long)pools * Shape.HeadDim, Batch = (long)heads * pools * Shape.HeadDim,
    };

    private static KernelConfig Grid(int pools, int pairs) => new(new Index3D(pools, pairs, 1), new Index3D(VectorPooling.Threads, 1, 1));
}
