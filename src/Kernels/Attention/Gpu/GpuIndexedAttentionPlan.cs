namespace Kernels;

/// <summary>
/// Attention over the keys of an index that each run brings. Lists are copied to the device as far as there is room, visited, and
/// followed by the next; lists already there are not copied again.
/// </summary>
internal sealed class GpuIndexedAttentionPlan<TQuery, TKey> : GpuListedAttentionPlan<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly IndexRoom _room;
    private AttentionIndex _index = null!;

    public GpuIndexedAttentionPlan(
        IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, GpuAttentionProgram program, in IndexRoom.Capacity capacity)
        : base(device, declaration, shape, program, pack: 1, block: 1)
    {
        try
        {
            _room = Own(new IndexRoom(device, shape, capacity));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override long WorkspaceBytes => base.WorkspaceBytes + _room.ByteLength;

    /// <inheritdoc/>
    protected override void RunCore(in AttentionRun run)
    {
        _index = run.Index!;
        Divide(_index.Heads < Shape.KeyHeads ? Shape.GroupSize : Shape.QueryHeads / _index.Heads, _index.Rows);
        base.RunCore(run);
    }

    /// <inheritdoc/>
    protected override void Launch(VisitArguments run, int pairs)
    {
        // Where one list serves all, it is copied once.
        var listPairs = _index.Batch == 1 && _index.Heads == 1 ? 1 : pairs;
        var endPair = run.FirstPair + listPairs;
        var (first, end) = (run.FirstPosition / run.Block, (run.FirstPosition + run.Queries - 1) / run.Block + 1);
        var (pair, group) = (run.FirstPair, first);
        while (pair < endPair)
        {
            var (count, stop) = _room.Fill(new IndexRoom.Part(
                _index, run.FirstPosition + run.Queries, run.Keys, run.Causal != 0, run.Heads, pair, group == first ? endPair : pair + 1, group, end));
            var visited = listPairs == 1 ? pairs : count;
            VisitGroups(
                run with { FirstPair = pair, Lists = listPairs == 1 ? 0 : stop - group }, visited, group, stop, _room.MostKeys,
                _room.HasColumns && !_room.HasRanges ? null : _room.Ranges, _room.HasColumns ? _room.Columns : null, _room.Listed);
            (pair, group) = stop == end ? (pair + count, first) : (pair, stop);
        }
    }
}
