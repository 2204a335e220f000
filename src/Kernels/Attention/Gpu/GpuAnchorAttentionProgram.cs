using System.ComponentModel;

namespace Kernels;

/// <summary>Base of the generated GPU programs of AnchorAttention: visits, and the identification of keys near an anchor.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuAnchorAttentionProgram : GpuAttentionProgram
{
    /// <summary>Shared memory of the kernel that marks candidate keys; its tile is that of <see cref="GpuAttentionProgram.Few"/> rows.</summary>
    public abstract int IdentifySharedBytes { get; }

    /// <summary>The kernel that marks candidate keys, type argument bound.</summary>
    public abstract Delegate Identify<TKey, TRows>() where TKey : unmanaged, IGpuElement<TKey> where TRows : struct, IKeyRows;

    /// <summary>The identification kernel, ready to compile.</summary>
    internal GpuKernelSource Identify<TKey>(string declaration, bool paged) where TKey : unmanaged, IGpuElement<TKey> => new(
        $"{declaration}: identification, {typeof(TKey).Name}{PagedRows.Suffix(paged)}", paged ? Identify<TKey, PagedRows>() : Identify<TKey, ConsecutiveRows>(),
        Few.Threads, IdentifySharedBytes);

    private protected override AttentionPlan Plan<TQuery, TKey>(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape) =>
        new GpuAnchorAttentionPlan<TQuery, TKey>(device, declaration, shape, this);

    private protected override IEnumerable<GpuKernelSource> Sources<TQuery, TKey>(AttentionDeclaration declaration, bool paged) =>
    [
        .. base.Sources<TQuery, TKey>(declaration, paged),
        Identify<TKey>(declaration.Name, paged), QueryPooling.Source<TQuery>(declaration.Name), KeyCompaction.Source(declaration.Name),
    ];
}
