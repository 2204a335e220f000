using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>
/// Dense and masked attention: query tiles walk lists of key ranges, dense being one range. Runs of few rows divide the listed
/// keys among splits, whose states are merged.
/// </summary>
internal sealed class GpuTiledAttentionPlan<TQuery, TKey> : GpuAttentionPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    // A shorter split costs more to merge than it saves.
    private const int FewestSplitKeys = 256;

    private readonly VisitLauncher<TQuery, TKey> _few;
    private readonly VisitLauncher<TQuery, TKey>? _many;
    private readonly StateMerge.Launcher<TQuery> _merge;
    private readonly RangeLists _lists;
    private readonly IlgpuBuffer _state;
    private readonly int _listsPerPair;

    public GpuTiledAttentionPlan(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program)
        : base(
            device, declaration, shape, program, declaration.PerHead ? 1 : shape.GroupSize,
            declaration.Pattern == AttentionPattern.Masked ? declaration.Block : int.MaxValue, launches: 1)
    {
        try
        {
            var map = declaration.Pattern == AttentionPattern.Masked ? BlockMap.Build(declaration, device, shape) : null;
            _few = LoadVisit<ConsecutiveKeys>(few: true);
            if (shape.Queries * shape.QueryHeads / Heads > program.Few.Rows) _many = LoadVisit<ConsecutiveKeys>(few: false);
            _merge = device.Load<StateMerge.Launcher<TQuery>>(StateMerge.Source<TQuery>(declaration.Name));
            _lists = Own(RangeLists.Upload(device, Lists(map)));
            _listsPerPair = declaration.PerHead ? map!.QueryBlocks : 0;

            // Splits × pairs never exceed what Splits allows for one pair more than there are.
            var pairs = (long)shape.Batch * Heads;
            var states = Math.Min(TargetGroups + pairs, pairs * MostSplits(shape.Keys));
            _state = Reserve(states * program.Few.Rows * StateFloats * sizeof(float));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Launch(VisitArguments arguments, bool few, int tiles, int pairs)
    {
        arguments.Lists = _listsPerPair;
        if (few) arguments.Splits = Math.Min((TargetGroups + tiles * pairs - 1) / (tiles * pairs), MostSplits(arguments.Keys));
        arguments.Leave = arguments.Splits > 1 ? 1 : 0;
        Visit(few ? _few : _many!, few, tiles, pairs, arguments, _state, _lists, _lists.Starts);
        if (arguments.Splits > 1)
            _merge(
                Gpu.Stream, new KernelConfig(new Index3D(arguments.Queries * arguments.Pack, pairs, 1), new Index3D(StateMerge.Threads, 1, 1)),
                _state.View<float>(), Output, LogSumExp(_state), arguments, Shape.HeadDim);
    }

    private static int MostSplits(int keys) => (keys + FewestSplitKeys - 1) / FewestSplitKeys;

    // Without a map all rows share one list of one range.
    private IEnumerable<IReadOnlyList<KeyRange>> Lists(BlockMap? map)
    {
        if (map is null)
        {
            yield return [new KeyRange(0, Shape.Keys)];
            yield break;
        }

        for (var pair = 0; pair < (Declaration.PerHead ? Shape.Batch * Shape.QueryHeads : 1); pair++)
        for (var row = 0; row < map.QueryBlocks; row++)
            yield return RangeLists.Of(map, pair / Shape.QueryHeads, pair % Shape.QueryHeads, row, Shape.Keys);
    }
}
