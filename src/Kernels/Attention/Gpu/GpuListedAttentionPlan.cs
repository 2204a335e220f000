namespace Kernels;

/// <summary>
/// Attention over lists per row group: ranges first, then single columns, which resume the state that the ranges left. Tiles of few
/// rows divide what is listed among splits, whose states are merged.
/// </summary>
internal abstract class GpuListedAttentionPlan<TQuery, TKey> : GpuAttentionPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    // Groups of threads of a launch, of which each has a counter.
    private const int MostGroups = 1 << 20;

    private const long StateBytes = 64L << 20;

    private readonly VisitKernels<TQuery, TKey> _visits, _gathers;
    private readonly StateMerge.Launcher<TQuery> _merge;
    private readonly IlgpuBuffer _state;
    private readonly long _stateRows;

    /// <summary>Creates the plan; <paramref name="pack"/> and <paramref name="block"/> are those that divide the run into most tiles.</summary>
    protected GpuListedAttentionPlan(
        IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program, int pack, int block)
        : base(device, declaration, shape, program, pack, block, launches: 2, MostGroups)
    {
        try
        {
            var most = shape.Queries * (long)shape.GroupSize;
            (_visits, _gathers) = (LoadVisits<ConsecutiveKeys>(most), LoadVisits<ListedKeys>(most));
            _merge = device.Load<StateMerge.Launcher<TQuery>>(StateMerge.Source<TQuery>(declaration.Name));
            var rows = (long)shape.Batch * shape.QueryHeads * shape.Queries;
            var resumed = Math.Min(rows, Math.Max(most, StateBytes / (StateFloats * sizeof(float))));
            var split = Math.Min(rows * MostSplits(shape.Keys), 2L * TargetGroups * program.Few.Rows);
            _stateRows = Math.Max(resumed, split);
            _state = Reserve(_stateRows * StateFloats * sizeof(float));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Visits the lists of some row groups of a run: one for each pair and group, or one for each group.</summary>
    /// <param name="run">The run, with the first pair.</param>
    /// <param name="pairs">Pairs.</param>
    /// <param name="group">First row group, counted from position 0.</param>
    /// <param name="stop">Row group after the last.</param>
    /// <param name="keys">Most keys of a list.</param>
    /// <param name="ranges">Ranges of keys; null where every list has none.</param>
    /// <param name="columns">Ranges of entries of <paramref name="listed"/>; null where every list has none.</param>
    /// <param name="listed">Single keys.</param>
    protected void VisitGroups(
        VisitArguments run, int pairs, int group, int stop, int keys, RangeLists? ranges, RangeLists? columns, IlgpuBuffer listed)
    {
        var from = (int)Math.Max((long)group * run.Block - run.FirstPosition, 0);
        var to = (int)Math.Min((long)stop * run.Block - run.FirstPosition, run.Queries);
        var part = run.Rows(from, to - from);
        long most = Math.Max(1, MostGroups / Tile(part).Count);
        if (ranges is not null && columns is not null) most = Math.Min(most, _stateRows / (part.Queries * part.Pack));
        for (var first = 0; first < pairs; first += (int)most)
        {
            var wave = (int)Math.Min(most, pairs - first);
            var arguments = part with { FirstPair = part.FirstPair + first, FirstListBlock = group - first * part.Lists };
            arguments.Splits = Splits(Tile(arguments), wave, keys);
            var leave = arguments.Splits > 1 ? 1 : 0;
            if (ranges is not null) Visit(_visits, wave, arguments with { Leave = columns is null ? leave : 1 }, _state, ranges, listed);
            if (columns is not null)
                Visit(_gathers, wave, arguments with { Resume = ranges is null ? 0 : 1, Leave = leave }, _state, columns, listed);
            if (leave != 0) Merge(_merge, wave, arguments, _state);
        }
    }
}
