using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>What every GPU attention plan shares: the tensors of a run, the division of its rows into tiles, and the counters.</summary>
internal abstract class GpuAttentionPlan<TQuery, TKey> : AttentionPlan
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    // What one asynchronous copy takes.
    private const int ChunkBytes = 16, ChunkElements = 8;

    // A shorter split costs more to merge than it saves.
    private const int FewestSplitKeys = 256;

    private readonly List<IDisposable> _owned = [];
    private readonly bool _takesTensorCores;
    private readonly long[] _counts;
    private readonly IlgpuBuffer _visited;
    private readonly PageTables? _pageTables;
    private int _pack, _block;
    private bool _onTensorCores;
    private IlgpuBuffer _query = null!, _key = null!, _value = null!, _output = null!;
    private IlgpuBuffer? _logSumExp;
    private ArrayView<int> _pages;
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
    /// <param name="mostCounters">Most groups of threads of one launch, where the plan sees to that; they count the pairs they visit.</param>
    protected GpuAttentionPlan(
        IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program, int pack, int block, int launches,
        long mostCounters = long.MaxValue)
        : base(device, declaration, shape)
    {
        (Gpu, Program, _pack, _block) = (device, program, pack, block);
        _takesTensorCores = GpuAttentionProgram.AsksForTensorCores(device, shape) && program.HoldsTensorCores(device, declaration).IsSupported;
        var rows = Math.Min(shape.Queries, block) * (long)pack;
        var tiles = ((shape.Queries - 1L) / block + 2) * ((rows + program.Many.Rows - 1) / program.Many.Rows);
        var most = launches * (long)shape.Batch * Math.Max(tiles * Heads, TargetGroups + 2L * Heads);
        _counts = new long[checked((int)Math.Min(most, mostCounters))];
        try
        {
            _visited = Reserve(_counts.LongLength * sizeof(long));
            _pageTables = shape.Page == 0 ? null : new PageTables(Reserve(PageTables.Bytes(shape)), shape);
        }
        catch
        {
            Dispose();
            throw;
        }
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
            Collect();
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

    protected KeyMemory<TKey> Key => new(_key.View<TKey>(), _pages);

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var item in _owned) item.Dispose();
    }

    /// <inheritdoc/>
    protected override void RunCore(in AttentionRun run)
    {
        _onTensorCores = _takesTensorCores && IsAligned("query", run.Query) && IsAligned("key", run.Key) && IsAligned("value", run.Value);
        (_query, _key, _value, _output) =
            ((IlgpuBuffer)run.Query.Buffer, (IlgpuBuffer)run.Key.Buffer, (IlgpuBuffer)run.Value.Buffer, (IlgpuBuffer)run.Output.Buffer);
        _logSumExp = (IlgpuBuffer?)run.LogSumExp?.Buffer;
        var whole = new VisitArguments
        {
            Query = new HeadLayout(run.Query),
            Key = HeadLayout.OfKeys(run.Key, Shape.Page),
            Value = HeadLayout.OfKeys(run.Value, Shape.Page),
            Output = new HeadLayout(run.Output),
            LogSumExp = run.LogSumExp is { } logSumExp ? new HeadLayout(logSumExp) : default,
            Heads = Heads,
            Pack = _pack,
            Group = Shape.GroupSize,
            Causal = Declaration.Causal ? 1 : 0,
            Block = _block,
            Splits = 1,
            HasLogSumExp = run.LogSumExp is null ? 0 : 1,
        };
        (_visitedPairs, _densePairs, _uncounted) = (0, 0, 0);
        using var access = Gpu.Enter();
        var sequences = run.Sequences;
        _pageTables?.Fill(sequences);
        _pages = _visited.View<int>();
        if (!sequences.IsRagged) Launch(whole, run.Query[0], run.Query[1], run.Key[1]);
        for (var i = 0; i < sequences.Count; i++)
        {
            if (sequences.Queries(i) == 0) continue;
            var (query, key) = (sequences.QueryOffsets[i], sequences.IsPaged ? 0 : sequences.KeyOffsets[i]);
            if (_pageTables is { } tables) _pages = tables.Of(i);
            var sequence = whole with
            {
                FirstPair = i * Heads,
                Query = whole.Query.Sequence(query),
                Output = whole.Output.Sequence(query),
                LogSumExp = whole.LogSumExp.Sequence(query),
                Key = whole.Key.Sequence(key),
                Value = whole.Value.Sequence(key),
            };
            Launch(sequence, 1, sequences.Queries(i), sequences.Keys(i));
        }
    }

    /// <summary>Launches sequences of equal lengths under the device's lock.</summary>
    /// <param name="run">The run from its <see cref="VisitArguments.FirstPair"/> on, every flag clear and no lists chosen.</param>
    /// <param name="pairs">Pairs of (sequence, tile head).</param>
    protected abstract void Launch(VisitArguments run, int pairs);

    /// <summary>Chooses the division of the next run's rows.</summary>
    protected void Divide(int pack, int block) => (_pack, _block) = (pack, block);

    /// <summary>Takes <paramref name="item"/> into the workspace.</summary>
    protected T Own<T>(T item) where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    /// <summary>A buffer of the workspace.</summary>
    protected IlgpuBuffer Reserve(long byteLength) => Own(new IlgpuBuffer(Gpu, byteLength));

    /// <summary>The visit kernels for blocks of up to <paramref name="rows"/> rows.</summary>
    protected VisitKernels<TQuery, TKey> LoadVisits<TOrder>(long rows) where TOrder : struct, IKeyOrder =>
        new(LoadVisit<TOrder>(few: true), rows > Program.Few.Rows ? LoadVisit<TOrder>(few: false) : null);

    /// <summary>How the rows of a part of a run divide into tiles.</summary>
    protected Tiling Tile(in VisitArguments part)
    {
        var rows = Math.Min(part.Queries, part.Block) * (long)part.Pack;
        var few = rows <= Program.Few.Rows;
        var tile = (few ? Program.Few : Program.Many).Rows;
        var blocks = (part.FirstPosition + part.Queries - 1) / part.Block - part.FirstPosition / part.Block + 1;
        var perBlock = (int)((rows + tile - 1) / tile);
        return new Tiling(few, perBlock, blocks * perBlock);
    }

    /// <summary>Parts into which lists of up to <paramref name="keys"/> keys are divided to keep a GPU busy; tiles of many rows walk theirs whole.</summary>
    protected static int Splits(Tiling tiling, int pairs, int keys)
    {
        var groups = tiling.Count * pairs;
        return tiling.Few ? Math.Min((TargetGroups + groups - 1) / groups, MostSplits(keys)) : 1;
    }

    /// <summary>Most splits of lists of up to <paramref name="keys"/> keys.</summary>
    protected static int MostSplits(int keys) => Math.Max(1, (keys + FewestSplitKeys - 1) / FewestSplitKeys);

    /// <summary>Launches a visit and sets counters aside for it.</summary>
    protected void Visit(
        VisitKernels<TQuery, TKey> kernels, int pairs, VisitArguments part, IlgpuBuffer state, RangeLists lists, IlgpuBuffer listed)
    {
        var tiling = Tile(part);
        var groups = tiling.Count * pairs * part.Splits;
        if (_uncounted + groups > _counts.Length) Collect();
        (part.TilesPerBlock, part.FirstCounter) = (tiling.PerBlock, _uncounted);
        _uncounted += groups;
        var launcher = (tiling.Few ? kernels.Few : kernels.Many!).For(_onTensorCores);
        launcher(
            Gpu.Stream,
            new KernelConfig(new Index3D(tiling.Count, pairs, part.Splits), new Index3D((tiling.Few ? Program.Few : Program.Many).Threads, 1, 1)),
            Query, _key.View<TKey>(), _value.View<TKey>(), _pages, _output.View<TQuery>(), LogSumExp(state), state.View<float>(), lists.Bounds.View<int>(),
            lists.Ranges.View<KeyRange>(), listed.View<int>(), _visited.View<long>(), part);
    }

    /// <summary>Merges the states that the splits of a visit left, and writes output and log-sum-exp.</summary>
    protected void Merge(StateMerge.Launcher<TQuery> merge, int pairs, in VisitArguments part, IlgpuBuffer state) => merge(
        Gpu.Stream, new KernelConfig(new Index3D(part.Queries * part.Pack, pairs, 1), new Index3D(StateMerge.Threads, 1, 1)),
        state.View<float>(), _output.View<TQuery>(), LogSumExp(state), part, Shape.HeadDim);

    // Without a tensor for log-sum-exps, a view that is not written.
    private ArrayView<float> LogSumExp(IlgpuBuffer stand) => (_logSumExp ?? stand).View<float>();

    private VisitKernel<TQuery, TKey> LoadVisit<TOrder>(bool few) where TOrder : struct, IKeyOrder => new(
        _takesTensorCores ? TensorVisit<TQuery, TKey>.Load(Gpu, Program.VisitTensor<TQuery, TOrder>(Declaration.Name, few, Shape.Page > 0)!) : null,
        _takesTensorCores && !Shape.AllowPlainLanes ? null : Gpu.Load<VisitLauncher<TQuery, TKey>>(Program.Visit<TQuery, TKey, TOrder>(Declaration.Name, few, Shape.Page > 0)));

    private void Launch(VisitArguments run, int batch, int queries, int keys)
    {
        (run.Queries, run.Keys, run.FirstPosition) = (queries, keys, Declaration.Causal ? keys - queries : 0);
        var pairs = Declaration.Causal ? (long)queries * (keys - queries) + queries * (queries + 1L) / 2 : (long)queries * keys;
        _densePairs += pairs * batch * Shape.QueryHeads;
        Launch(run, batch * Heads);
    }

    private bool IsAligned(string what, in Tensor tensor)
    {
        if (new HeadLayout(tensor).IsMultipleOf(ChunkElements)) return true;
        return Shape.AllowPlainLanes
            ? false
            : throw Refuse(
                $"{what} {tensor} from element {tensor.Offset} on, with {tensor.Stride(0)}, {tensor.Stride(1)} and {tensor.Stride(2)} elements between sequences, tokens and heads",
                $"tensor cores take rows that begin at multiples of {ChunkBytes} bytes",
                $"Let offset and distances be multiples of {ChunkElements} elements, or allow plain lanes with AttentionShape.AllowPlainLanes.");
    }

    private void Collect()
    {
        var counts = _counts.AsSpan(0, _uncounted);
        _visited.CopyTo(MemoryMarshal.AsBytes(counts));
        foreach (var count in counts) _visitedPairs += count;
        _uncounted = 0;
    }

    /// <summary>How the rows of a part of a run divide into tiles.</summary>
    /// <param name="Few">Whether tiles are those of few rows.</param>
    /// <param name="PerBlock">Tiles of a block of rows that share a list.</param>
    /// <param name="Count">Tiles of a pair.</param>
    protected readonly record struct Tiling(bool Few, int PerBlock, int Count);
}
