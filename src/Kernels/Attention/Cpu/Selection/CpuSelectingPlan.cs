namespace Kernels;

/// <summary>Attention whose lists each run selects for itself; the selection can also be had as an index.</summary>
internal abstract unsafe class CpuSelectingPlan : CpuListedAttentionPlan
{
    protected CpuSelectingPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program)
    {
    }

    /// <inheritdoc/>
    protected override int GroupRows => Selection.Rows;

    /// <summary>First key of a scope that selects apart; 0 for none.</summary>
    protected int Boundary { get; private set; }

    /// <summary>How keys are chosen.</summary>
    protected KeySelection Selection => Declaration.Selection!;

    /// <inheritdoc/>
    protected sealed override AttentionIndex SelectCore(in Tensor query, in Tensor key) => SelectCore(query, key, 0);

    /// <inheritdoc/>
    protected sealed override AttentionIndex SelectCore(in Tensor query, in Tensor key, int boundary)
    {
        Boundary = boundary;
        Bind(new AttentionRun(query, key, key, query), null);
        var groups = (FirstPosition + Queries - 1) / GroupRows + 1;
        var first = FirstPosition / GroupRows;
        var lists = new SelectedLists(Batch, Shape.KeyHeads * ListHeads, FirstPosition, FirstPosition + Queries, Keys, Selection);
        for (var batch = 0; batch < Batch; batch++)
        for (var keyHead = 0; keyHead < Shape.KeyHeads; keyHead++)
        {
            var (b, k) = (batch, keyHead);
            if (Ways.Tiles) PackHead(batch, keyHead);
            Prepare(batch, keyHead);
            Cpu.Workers.Run(ListHeads * (groups - first), new ParallelAction((task, worker) =>
            {
                var (slot, group) = (task / (groups - first), first + task % (groups - first));
                var list = Choose(b, k * Shape.GroupSize + slot * (Shape.GroupSize / ListHeads), group, worker);
                lists.Set((b * Shape.KeyHeads + k) * ListHeads + slot, group, list.Ranges.ToArray(), list.Columns.ToArray());
            }));
        }

        Boundary = 0;
        return lists.ToIndex();
    }

    /// <summary>Selects for a group of rows; <see cref="CpuListedAttentionPlan.Prepare"/> has been called for its key head.</summary>
    protected abstract KeyList Choose(int batch, int head, int group, int worker);

    /// <summary>The rows of a group that the run holds, counted in the run.</summary>
    protected (int First, int Count) RowsOf(int group)
    {
        var first = Math.Max(group * GroupRows, FirstPosition) - FirstPosition;
        return (first, (int)Math.Min((group + 1L) * GroupRows - FirstPosition, Queries) - first);
    }
}
