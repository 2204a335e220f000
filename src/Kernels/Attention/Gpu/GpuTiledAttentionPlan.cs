namespace Kernels;

/// <summary>
/// Dense and masked attention: query tiles walk lists of key ranges, dense being one range. Runs of few rows divide the listed
/// keys among splits, whose states are merged.
/// </summary>
internal sealed class GpuTiledAttentionPlan<TQuery, TKey> : GpuAttentionPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly VisitKernels<TQuery, TKey> _visits;
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
            _visits = LoadVisits<ConsecutiveKeys>(shape.Queries * (long)(shape.QueryHeads / Heads));
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
    protected override void Launch(VisitArguments run, int pairs)
    {
        // Lists are numbered by the pairs of the plan, tiles by those of the launch.
        (run.Lists, run.FirstListBlock) = (_listsPerPair, -run.FirstPair * _listsPerPair);
        run.Splits = Splits(Tile(run), pairs, run.Keys);
        run.Leave = run.Splits > 1 ? 1 : 0;
        Visit(_visits, pairs, run, _state, _lists, _lists.Bounds);
        if (run.Splits > 1) Merge(_merge, pairs, run, _state);
    }

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
