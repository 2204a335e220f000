using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>What every GPU attention plan shares: the tensors of a run, the division of its rows into tiles, and the counters.</summary>
internal abstract class GpuAttentionPlan<TQuery, TKey> : AttentionPlan
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly List<IDisposable> _owned = [];
    private readonly long[] _counts;
    private readonly IlgpuBuffer _visited;
    private readonly int _pack, _block;
    private IlgpuBuffer _query = null!, _key = null!, _value = null!, _output = null!;
    private IlgpuBuffer? _logSumExp;
    private long _visitedPairs, _densePairs;
    private int _uncounted;

    /// <summary>Creates the plan.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="declaration">What was declared.</param>
    /// <param name="shape">The largest problem.</param>
    /// <param name="program">The generated kernels.</param>
    /// <param name="pack">Query heads whose rows share tiles: all heads of a key head where they visit the same keys, else 1.</param>
    /// <param name="block">Positions whose rows share a range list.</param>
    /// <param name="launches">Most visits of a row in one run.</param>
    protected GpuAttentionPlan(
        IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program, int pack, int block, int launches)
        : base(device, declaration, shape)
    {
        (Gpu, Program, _pack, _block) = (device, program, pack, block);
        var pairs = shape.Batch * Heads;
        _counts = new long[launches * Math.Max((long)MostTiles(shape.Queries) * pairs, TargetGroups + 2L * pairs)];
        _visited = Own(new IlgpuBuffer(device, _counts.LongLength * sizeof(long)));
    }

    /// <summary>Groups of threads that keep a large GPU busy; fixed, so that results do not depend on the device.</summary>
    protected const int TargetGroups = 256;

    /// <inheritdoc/>
    public override long WorkspaceBytes => _owned.Sum(item => item switch
    {
        DeviceBuffer buffer => buffer.ByteLength,
        RangeLists lists => lists.ByteLength,
        _ => 0,
    });

    /// <inheritdoc/>
    public override AttentionWork Work
    {
        get
        {
            if (_uncounted > 0)
            {
                var counts = _counts.AsSpan(0, _uncounted);
                _visited.CopyTo(MemoryMarshal.AsBytes(counts));
                foreach (var count in counts) _visitedPairs += count;
                _uncounted = 0;
            }

            return new AttentionWork(_visitedPairs, _densePairs);
        }
    }

    protected IlgpuDevice Gpu { get; }

    protected GpuAttentionProgram Program { get; }

    /// <summary>Tile heads of a sequence.</summary>
    protected int Heads => Shape.QueryHeads / _pack;

    /// <summary>Floats of a row's state.</summary>
    protected int StateFloats => Shape.HeadDim + 2;

    protected ArrayView<TQuery> Query => _query.View<TQuery>();

    protected ArrayView<TKey> Key => _key.View<TKey>();

    protected ArrayView<TQuery> Output => _output.View<TQuery>();

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var item in _owned) item.Dispose();
    }

    /// <inheritdoc/>
    protected sealed override void RunCore(in Tensor query, in Tensor key, in Tensor value, in Tensor output, in Tensor? logSumExp)
    {
        (_query, _key, _value, _output) =
            ((IlgpuBuffer)query.Buffer, (IlgpuBuffer)key.Buffer, (IlgpuBuffer)value.Buffer, (IlgpuBuffer)output.Buffer);
        _logSumExp = (IlgpuBuffer?)logSumExp?.Buffer;
        var (queries, keys) = (query[1], key[1]);
        var rows = (long)queries * _pack;
        var few = rows <= Program.Few.Rows;
        var arguments = new VisitArguments
        {
            Query = new HeadLayout(query),
            Key = new HeadLayout(key),
            Value = new HeadLayout(value),
            Output = new HeadLayout(output),
            LogSumExp = logSumExp is { } lse ? new HeadLayout(lse) : default,
            Heads = Heads,
            Pack = _pack,
            Group = Shape.GroupSize,
            Queries = queries,
            Keys = keys,
            FirstPosition = Declaration.Causal ? keys - queries : 0,
            Causal = Declaration.Causal ? 1 : 0,
            Block = _block,
            TilesPerBlock = TilesPerBlock(queries, few),
            Splits = 1,
            HasLogSumExp = logSumExp is null ? 0 : 1,
        };
        var blocks = (arguments.FirstPosition + queries - 1) / _block - arguments.FirstPosition / _block + 1;
        (_visitedPairs, _uncounted) = (0, 0);
        var pairs = Declaration.Causal ? (long)queries * (keys - queries) + queries * (queries + 1L) / 2 : (long)queries * keys;
        _densePairs = pairs * query[0] * Shape.QueryHeads;
        using var access = Gpu.Enter();
        Launch(arguments, few, blocks * arguments.TilesPerBlock, query[0] * Heads);
    }

    /// <summary>Launches a run under the device's lock.</summary>
    /// <param name="arguments">The run, every flag clear and no lists chosen.</param>
    /// <param name="few">Whether tiles have few rows.</param>
    /// <param name="tiles">Tiles of a pair.</param>
    /// <param name="pairs">Pairs of (sequence, tile head).</param>
    protected abstract void Launch(VisitArguments arguments, bool few, int tiles, int pairs);

    /// <summary>Takes <paramref name="item"/> into the workspace.</summary>
    protected T Own<T>(T item) where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    /// <summary>A buffer of the workspace.</summary>
    protected IlgpuBuffer Reserve(long byteLength) => Own(new IlgpuBuffer(Gpu, byteLength));

    /// <summary>The launcher of a visit kernel.</summary>
    protected VisitLauncher<TQuery, TKey> LoadVisit<TOrder>(bool few) where TOrder : struct, IKeyOrder
    {
        var lanes = Gpu.Load<VisitLauncher<TQuery, TKey>>(Program.Visit<TQuery, TKey, TOrder>(Declaration.Name, few));
        return few ? lanes : TensorVisit<TQuery, TKey>.Over(lanes, Gpu, Program, Program.VisitTensor<TQuery, TOrder>(Declaration.Name));
    }

    /// <summary>Launches a visit and sets counters aside for it.</summary>
    protected void Visit(
        VisitLauncher<TQuery, TKey> launcher, bool few, int tiles, int pairs, VisitArguments arguments, IlgpuBuffer state, RangeLists lists,
        IlgpuBuffer listed)
    {
        arguments.FirstCounter = _uncounted;
        _uncounted += tiles * pairs * arguments.Splits;
        launcher(
            Gpu.Stream, new KernelConfig(new Index3D(tiles, pairs, arguments.Splits), new Index3D((few ? Program.Few : Program.Many).Threads, 1, 1)),
            Query, Key, _value.View<TKey>(), Output, LogSumExp(state), state.View<float>(), lists.Starts.View<int>(), lists.Ranges.View<KeyRange>(),
            listed.View<int>(), _visited.View<long>(), arguments);
    }

    /// <summary>Where log-sum-exps go; without any, a view that is not written.</summary>
    protected ArrayView<float> LogSumExp(IlgpuBuffer stand) => (_logSumExp ?? stand).View<float>();

    /// <summary>Most tiles of a pair in any run of up to <paramref name="queries"/> queries.</summary>
    protected int MostTiles(int queries) => checked(((queries - 1) / _block + 2) * TilesPerBlock(queries, few: false));

    private int TilesPerBlock(int queries, bool few)
    {
        var rows = (few ? Program.Few : Program.Many).Rows;
        return (int)(((long)Math.Min(queries, _block) * _pack + rows - 1) / rows);
    }
}
