namespace Kernels;

/// <summary>
/// AnchorAttention (exact cover): a visit of initial keys and local window leaves its state and the anchors; keys near an anchor
/// are listed for each group of rows; a second visit gathers them and finishes the state.
/// </summary>
/// <remarks>
/// Groups lie on absolute positions; a run that holds a part of a group selects from the rows it holds. Heads are worked on in
/// waves, because states and lists of all heads would take several times the memory of the tensors.
/// </remarks>
internal sealed class GpuAnchorAttentionPlan<TQuery, TKey> : GpuAttentionPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private const long WaveBytes = 256L << 20;

    private readonly VisitKernels<TQuery, TKey> _visits, _gathers;
    private readonly RangeLists _anchors;
    private readonly AnchorSelection<TQuery, TKey> _selection;
    private readonly IlgpuBuffer _state;
    private readonly int _group, _wave;

    public GpuAnchorAttentionPlan(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAnchorAttentionProgram program)
        : base(device, declaration, shape, program, pack: 1, checked(declaration.Block * declaration.Step), launches: 2)
    {
        try
        {
            _group = declaration.Block * declaration.Step;
            (_visits, _gathers) = (LoadVisits<ConsecutiveKeys>(shape.Queries), LoadVisits<ListedKeys>(shape.Queries));

            // A run may begin and end inside a group, and inside a pool.
            var groups = (shape.Keys + _group - 1) / _group;
            var sizes = new AnchorSelection<TQuery, TKey>.Sizes(
                1, Math.Min(groups, (shape.Queries - 1) / _group + 2), (shape.Queries - 1) / declaration.Block + 2, shape.Keys, shape.HeadDim);
            var stateBytes = (long)shape.Queries * StateFloats * sizeof(float);
            _wave = (int)Math.Clamp(WaveBytes / (sizes.BytesPerPair + stateBytes), 1, shape.Batch * shape.QueryHeads);
            _anchors = Own(RangeLists.Upload(device, Enumerable.Range(0, groups).Select(Anchors)));
            _selection = Own(new AnchorSelection<TQuery, TKey>(
                device, declaration.Name, program, [.. Enumerable.Range(0, groups).Select(Candidates)], sizes with { Pairs = _wave }, shape.Page > 0));
            _state = Reserve(_wave * stateBytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _selection.ByteLength;

    /// <inheritdoc/>
    protected override void Launch(VisitArguments run, int pairs)
    {
        var (first, firstPair, block) = (run.FirstPosition, run.FirstPair, Declaration.Block);
        var select = new SelectArguments
        {
            Query = run.Query,
            Key = run.Key,
            Heads = run.Heads,
            Group = run.Group,
            FirstGroup = first / _group,
            Groups = (run.Keys - 1) / _group - first / _group + 1,
            Step = Declaration.Step,
            FirstPool = first / block,
            Pools = (run.Keys - 1) / block - first / block + 1,
            Block = block,
            Queries = run.Queries,
            FirstPosition = first,
            HeadDim = Shape.HeadDim,
            Scale = Program.QueryScale,
            Distance = Declaration.Theta * SoftmaxState.Log2E,
            ListStride = Shape.Keys,
        };
        var selects = _selection.Candidates(select.FirstGroup, select.Groups) > 0;
        for (var pair = 0; pair < pairs; pair += _wave)
        {
            var count = Math.Min(_wave, pairs - pair);
            run.FirstPair = select.FirstPair = firstPair + pair;
            Visit(_visits, count, run with { Leave = selects ? 1 : 0 }, _state, _anchors, _selection.Listed);
            if (!selects) continue;
            _selection.Launch(count, Query, Key, _state, select);
            var gather = run with
            {
                Resume = 1, Lists = select.Groups, FirstListBlock = select.FirstGroup, ListStride = select.ListStride,
            };
            Visit(_gathers, count, gather, _state, _selection.Lists, _selection.Listed);
        }
    }

    // The local window never reaches back into the initial keys; candidates lie between the two. The first group is dense.
    private IReadOnlyList<KeyRange> Anchors(int group) => group == 0
        ? [new KeyRange(0, _group)]
        : [new KeyRange(0, Declaration.Block), new KeyRange(FirstLocal(group), (group + 1) * _group)];

    private KeyRange Candidates(int group) => group == 0 ? default : new KeyRange(Declaration.Block, FirstLocal(group));

    private int FirstLocal(int group) => Math.Max(Declaration.Block, group * _group - Declaration.Block);
}
