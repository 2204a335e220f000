using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Probabilities of key blocks that a learned gate gives: for a group of rows of one head, or for one row of all heads of a key head.</summary>
internal sealed class GpuGateEstimator<TQuery, TKey> : GpuBlockEstimator<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly GateProjection.QueryLauncher<TQuery> _projectQueries;
    private readonly GateProjection.KeyLauncher<TKey> _projectKeys;
    private readonly RowScores.Launcher<GpuFloat32, GpuFloat32> _score;
    private readonly OpenBlocks.Launcher? _open;
    private readonly BlockEstimates.Launcher _estimate;
    private GateKeyCache? _cache;
    private IlgpuBuffer _queries = null!, _scores = null!;
    private int _sequence;

    public GpuGateEstimator(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        : base(device, declaration, shape)
    {
        var name = declaration.Name;
        _projectQueries = device.Load<GateProjection.QueryLauncher<TQuery>>(GateProjection.OfQueries<TQuery>(name));
        _projectKeys = device.Load<GateProjection.KeyLauncher<TKey>>(GateProjection.OfKeys<TKey>(name, shape.Page > 0));
        _score = device.Load<RowScores.Launcher<GpuFloat32, GpuFloat32>>(RowScores.Source<GpuFloat32, GpuFloat32>(name));
        _open = IsShared ? device.Load<OpenBlocks.Launcher>(OpenBlocks.Source(name)) : null;
        _estimate = device.Load<BlockEstimates.Launcher>(BlockEstimates.Source(name));
    }

    /// <summary>The gate of the run at hand, and what it has made of earlier keys.</summary>
    public GateKeyCache Cache
    {
        private get => _cache!;
        set => _cache = value;
    }

    /// <inheritdoc/>
    public override long BytesPerGroup => sizeof(float) * ((long)AttentionGate.WidestGate + MostBlocks);

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedKeys => _scores;

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedRows => _scores;

    private bool IsShared => Selection.Estimator == KeyEstimator.GroupGate;

    private int Sharing => IsShared ? Shape.GroupSize : 1;

    private AttentionGate Gate => Cache.Gate;

    private int Projections => Gate.KeysPerQueryHead ? Shape.GroupSize : 1;

    /// <inheritdoc/>
    public override void ReserveWave(int pairs, int groups)
    {
        var rows = (long)pairs * groups;
        _queries = Reserve(rows * AttentionGate.WidestGate * sizeof(float));
        _scores = Reserve(rows * MostBlocks * sizeof(float));
    }

    /// <inheritdoc/>
    public override void Summarise(in KeyMemory<TKey> key, int sequence, int batch, in EstimateArguments run)
    {
        _sequence = sequence;
        var whole = run.Keys / run.Block;
        var first = whole;
        for (var pair = 0; pair < batch * Shape.KeyHeads; pair++)
        {
            ref var held = ref Cache.Blocks(sequence + pair / Shape.KeyHeads, pair % Shape.KeyHeads);
            first = Math.Min(first, held);
            held = whole;
        }

        // A shared gate waits until a block is complete.
        var count = (IsShared ? whole : run.Blocks) - first;
        if (count == 0) return;
        var arguments = Arguments(run, Cache.OnGpu.Keys) with
        {
            Rows = run.Key, Heads = Shape.KeyHeads, Tokens = run.Keys, Positions = run.Block, FirstPool = first, Projections = Projections,
            FirstTarget = sequence * Shape.KeyHeads, TargetPools = Cache.MaxBlocks,
        };
        _projectKeys(
            Device.Stream, Grid(count, batch * Shape.KeyHeads), key.Rows, key.Pages, Cache.OnGpu.Numbers.View<float>(), Cache.Memory<IlgpuBuffer>().View<float>(), arguments);
    }

    /// <inheritdoc/>
    public override void Estimate(ArrayView<TQuery> query, in KeyMemory<TKey> key, int pairs, EstimateArguments wave, IlgpuBuffer estimates)
    {
        var (first, heads, width) = (wave.FirstPair / Sharing, wave.Heads / Sharing, Gate.Shape.Width);
        var arguments = Arguments(wave, Cache.OnGpu.Queries) with
        {
            Rows = wave.Query, FirstPair = first, Heads = heads, Sharing = Sharing, Tokens = wave.Queries, FirstPosition = wave.FirstPosition,
            Positions = wave.Rows, FirstPool = wave.FirstGroup,
        };
        _projectQueries(Device.Stream, Grid(wave.Groups, pairs), query, Cache.OnGpu.Numbers.View<float>(), _queries.View<float>(), arguments);

        // Projections stand for tokens: of queries those of the wave, of keys those of the cache.
        var keyHead = (long)Cache.MaxBlocks * width;
        var keySequence = Shape.KeyHeads * Projections * keyHead;
        var projected = wave with
        {
            Query = Layout(width, (long)wave.Groups * width, (long)heads * wave.Groups * width, -(long)first * wave.Groups * width),
            Key = Layout(width, keyHead, keySequence, _sequence * keySequence),
            FirstPair = first, Heads = heads, Group = Shape.GroupSize / (Sharing * Projections), HeadDim = width,
            Scale = SoftmaxState.Log2E / MathF.Sqrt(width), Queries = wave.Groups, Keys = wave.Blocks, FirstPosition = 0, Causal = 0, Stride = 1,
            ScoreRows = wave.Groups, FirstScoreRow = 0, Columns = wave.Blocks,
        };
        _score(
            Device.Stream,
            new KernelConfig(
                new Index3D((wave.Blocks - 1) / RowScores.Side + 1, (wave.Groups - 1) / RowScores.Side + 1, pairs), new Index3D(RowScores.Threads, 1, 1)),
            _queries.View<GpuFloat32>(), Cache.Memory<IlgpuBuffer>().View<GpuFloat32>(), key.Pages, _scores.View<float>(), projected);
        _open?.Invoke(
            Device.Stream, new KernelConfig(new Index3D((wave.Groups - 1) / OpenBlocks.Threads + 1, pairs, 1), new Index3D(OpenBlocks.Threads, 1, 1)),
            _scores.View<float>(), wave);
        _estimate(
            Device.Stream, new KernelConfig(new Index3D(wave.Groups, pairs, 1), new Index3D(BlockEstimates.Threads, 1, 1)),
            _scores.View<float>(), DescribedKeys.View<byte>(), estimates.View<float>(),
            wave with { Stride = 0, ScoreRows = wave.Groups, FirstScoreRow = wave.FirstGroup, Columns = wave.Blocks });
    }

    private GateArguments Arguments(in EstimateArguments run, in GateLayout gate) =>
        new() { Gate = gate, HeadDim = run.HeadDim, Width = Gate.Shape.Width, Sharing = 1, Projections = 1 };

    private static HeadLayout Layout(int width, long head, long sequence, long offset) =>
        new() { Offset = offset, Token = width, Head = head, Batch = sequence };

    private static KernelConfig Grid(int pools, int pairs) => new(new Index3D(pools, pairs, 1), new Index3D(GateProjection.Threads, 1, 1));
}
