namespace Kernels;

/// <summary>Attention over the keys of an index that each run brings.</summary>
internal sealed class CpuIndexedAttentionPlan : CpuListedAttentionPlan
{
    private AttentionIndex _index = null!;

    public CpuIndexedAttentionPlan(CpuDevice device, AttentionDeclaration declaration, in AttentionShape shape, CpuAttentionProgram program)
        : base(device, declaration, shape, program) => TakeWorkspace();

    /// <inheritdoc/>
    protected override int GroupRows => _index.Rows;

    /// <inheritdoc/>
    protected override int ListHeads => Math.Max(1, _index.Heads / Shape.KeyHeads);

    /// <inheritdoc/>
    protected override (bool Tiles, bool Few) Ways => (Shape.Queries > FewTokens, true);

    /// <inheritdoc/>
    protected override void RunCore(in AttentionRun run)
    {
        _index = run.Index!;
        base.RunCore(run);
    }

    /// <inheritdoc/>
    protected override bool HasFewRows(in RunSequence sequence) => WalksFew(sequence);

    /// <inheritdoc/>
    protected override KeyList List(int batch, int head, int group, int worker)
    {
        var (b, h) = (batch % _index.Batch, head * _index.Heads / Shape.QueryHeads);
        return new KeyList(_index.Ranges(b, h, group), _index.Columns(b, h, group));
    }
}
