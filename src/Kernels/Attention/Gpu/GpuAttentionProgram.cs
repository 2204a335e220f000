using System.ComponentModel;

namespace Kernels;

/// <summary>Base of the generated GPU programs: the tile kernels of one declared pattern.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuAttentionProgram : IlgpuAttentionProgram
{
    // The PTX is written for this capability: mma on bf16 and cp.async begin with it.
    private const int LeastMajor = 8;

    // Channels of one tensor-core instruction.
    private const int TensorChannels = 16;

    /// <summary>Factor applied to queries: scores are in base 2, or in natural units where a user's score function wants them.</summary>
    public abstract float QueryScale { get; }

    /// <summary>The tile for runs of many rows.</summary>
    public abstract GpuTileShape Many { get; }

    /// <summary>The tile for runs of few rows.</summary>
    public abstract GpuTileShape Few { get; }

    /// <summary>The visit kernel of <see cref="Many"/> rows, type arguments bound.</summary>
    public abstract Delegate VisitMany<TQuery, TKey, TOrder, TRows>()
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder where TRows : struct, IKeyRows;

    /// <summary>The visit kernel of <see cref="Few"/> rows, type arguments bound.</summary>
    public abstract Delegate VisitFew<TQuery, TKey, TOrder, TRows>()
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder where TRows : struct, IKeyRows;

    /// <summary>The tile of <see cref="VisitTensorMany{TElement, TOrder, TRows}"/>, of as many rows as <see cref="Many"/>; none where there is no kernel.</summary>
    public virtual GpuTileShape TensorMany => default;

    /// <summary>The tile of <see cref="VisitTensorFew{TElement, TOrder, TRows}"/>, of as many rows as <see cref="Few"/>; none where there is no kernel.</summary>
    public virtual GpuTileShape TensorFew => default;

    /// <summary>The visit of many rows on tensor cores, type arguments bound; null where there is none for these elements.</summary>
    public virtual Delegate? VisitTensorMany<TElement, TOrder, TRows>()
        where TElement : unmanaged where TOrder : struct, IKeyOrder where TRows : struct, IKeyRows => null;

    /// <summary>The visit of few rows on tensor cores, type arguments bound; null where there is none for these elements.</summary>
    public virtual Delegate? VisitTensorFew<TElement, TOrder, TRows>()
        where TElement : unmanaged where TOrder : struct, IKeyOrder where TRows : struct, IKeyRows => null;

    /// <summary>The kernel that chooses blocks; generated where the selector is the user's.</summary>
    public virtual Delegate ChooseBlocks() => BlockChoice.Choose<DeclaredSelector>;

    /// <inheritdoc/>
    public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape)
    {
        if (base.Supports(device, declaration, shape) is { IsSupported: false } common) return common;
        var gpu = (IlgpuDevice)device;
        if (AsksForTensorCores(gpu, shape) && !shape.AllowPlainLanes && HoldsTensorCores(gpu, declaration) is { IsSupported: false } tensor)
            return Support.No($"{tensor.Reason}; allow plain lanes with AttentionShape.AllowPlainLanes, or store Float32");
        var support = gpu.Holds(Many.Threads, Many.SharedBytes);
        return support.IsSupported ? gpu.Holds(Few.Threads, Few.SharedBytes) : support;
    }

    /// <summary>Whether a plan of <paramref name="shape"/> is one for tensor cores, which multiply queries and keys of one 16-bit type.</summary>
    internal static bool AsksForTensorCores(IlgpuDevice gpu, in AttentionShape shape) =>
        gpu.Lowering == GpuLowering.Cuda && shape.QueryType == shape.KeyType && shape.QueryType != ElementType.Float32;

    /// <summary>Whether <paramref name="gpu"/> can run this program on tensor cores, and if not, why.</summary>
    internal Support HoldsTensorCores(IlgpuDevice gpu, AttentionDeclaration declaration)
    {
        if (gpu.ComputeCapability is not { Major: >= LeastMajor })
            return Support.No(
                $"attention on tensor cores needs compute capability {LeastMajor}.0 and {gpu.Name} has {(gpu.ComputeCapability is { } found ? $"{found.Major}.{found.Minor}" : "none")}");
        if (TensorMany.Rows == 0)
            return Support.No(
                declaration.HeadDim % TensorChannels != 0
                    ? $"tensor cores take heads of a multiple of {TensorChannels} channels and the kernel has {declaration.HeadDim}"
                    : "tensor cores leave scores as they are and the kernel modifies them");
        var support = gpu.Holds(TensorMany.Threads, TensorMany.SharedBytes, sharedAtLaunch: true);
        return support.IsSupported ? gpu.Holds(TensorFew.Threads, TensorFew.SharedBytes, sharedAtLaunch: true) : support;
    }

    /// <inheritdoc/>
    internal override IEnumerable<GpuKernelSource> GpuSources(AttentionDeclaration declaration, GpuLowering lowering) =>
    [
        .. base.GpuSources(declaration, lowering),
        .. lowering == GpuLowering.Cuda ? TensorSources(declaration) : [],
    ];

    /// <summary>The visit on tensor cores for tiles of few or many rows, ready to compile; null where there is none.</summary>
    internal GpuKernelSource? VisitTensor<TElement, TOrder>(string declaration, bool few, bool paged)
        where TElement : unmanaged where TOrder : struct, IKeyOrder
    {
        var tile = few ? TensorFew : TensorMany;
        return (paged ? VisitTensor<TElement, TOrder, PagedRows>(few) : VisitTensor<TElement, TOrder, ConsecutiveRows>(few)) is { } kernel
            ? new GpuKernelSource(
                $"{declaration}: visit of {tile.Rows} rows on tensor cores, {typeof(TElement).Name}, {typeof(TOrder).Name}{PagedRows.Suffix(paged)}", kernel,
                tile.Threads, tile.SharedBytes, SharedAtLaunch: true, tile.Groups)
            : null;
    }

    /// <summary>The visits on tensor cores that plans of <paramref name="declaration"/> may launch.</summary>
    internal IEnumerable<GpuKernelSource> TensorSources(AttentionDeclaration declaration) =>
    [
        .. TensorSources<ConsecutiveKeys>(declaration.Name), .. Gathers(declaration) ? TensorSources<ListedKeys>(declaration.Name) : [],
    ];

    /// <summary>The visit kernel for tiles of <see cref="Few"/> or <see cref="Many"/> rows, ready to compile.</summary>
    internal GpuKernelSource Visit<TQuery, TKey, TOrder>(string declaration, bool few, bool paged)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder
    {
        var tile = few ? Few : Many;
        return new GpuKernelSource(
            $"{declaration}: visit of {tile.Rows} rows, {typeof(TQuery).Name}, {typeof(TKey).Name}, {typeof(TOrder).Name}{PagedRows.Suffix(paged)}",
            paged ? Visit<TQuery, TKey, TOrder, PagedRows>(few) : Visit<TQuery, TKey, TOrder, ConsecutiveRows>(few), tile.Threads, tile.SharedBytes,
            Groups: tile.Groups);
    }

    private protected override AttentionPlan Plan<TQuery, TKey>(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape) =>
        declaration.Pattern switch
        {
            AttentionPattern.Indexed => new GpuIndexedAttentionPlan<TQuery, TKey>(device, declaration, shape, this, IndexRoom.Capacity.Usual),
            AttentionPattern.Selected => declaration.Selection!.Estimator switch
            {
                KeyEstimator.LastRows => new GpuVerticalSlashPlan<TQuery, TKey>(device, declaration, shape, this),
                KeyEstimator.LastRowsOrPooled => new GpuFlexPrefillPlan<TQuery, TKey>(device, declaration, shape, this),
                KeyEstimator.ObservationWindow => new GpuObservationWindowPlan<TQuery, TKey>(device, declaration, shape, this),
                _ => new GpuBlockSelectionPlan<TQuery, TKey>(device, declaration, shape, this),
            },
            _ => new GpuTiledAttentionPlan<TQuery, TKey>(device, declaration, shape, this),
        };

    private protected override IEnumerable<GpuKernelSource> Sources<TQuery, TKey>(AttentionDeclaration declaration, bool paged) =>
    [
        .. Visits<TQuery, TKey, ConsecutiveKeys>(declaration.Name, paged),
        .. Gathers(declaration) ? Visits<TQuery, TKey, ListedKeys>(declaration.Name, paged) : [], StateMerge.Source<TQuery>(declaration.Name),
        .. declaration.Pattern == AttentionPattern.Selected ? SelectionSources.Of<TQuery, TKey>(declaration, this, paged) : [],
    ];

    private Delegate Visit<TQuery, TKey, TOrder, TRows>(bool few)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder where TRows : struct, IKeyRows =>
        few ? VisitFew<TQuery, TKey, TOrder, TRows>() : VisitMany<TQuery, TKey, TOrder, TRows>();

    private Delegate? VisitTensor<TElement, TOrder, TRows>(bool few) where TElement : unmanaged where TOrder : struct, IKeyOrder where TRows : struct, IKeyRows =>
        few ? VisitTensorFew<TElement, TOrder, TRows>() : VisitTensorMany<TElement, TOrder, TRows>();

    private IEnumerable<GpuKernelSource> Visits<TQuery, TKey, TOrder>(string name, bool paged)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder =>
        [Visit<TQuery, TKey, TOrder>(name, few: false, paged), Visit<TQuery, TKey, TOrder>(name, few: true, paged)];

    private IEnumerable<GpuKernelSource> TensorSources<TOrder>(string name) where TOrder : struct, IKeyOrder =>
        from paged in new[] { false, true }
        from source in new[]
        {
            VisitTensor<GpuFloat16, TOrder>(name, few: false, paged), VisitTensor<GpuFloat16, TOrder>(name, few: true, paged),
            VisitTensor<GpuBFloat16, TOrder>(name, few: false, paged), VisitTensor<GpuBFloat16, TOrder>(name, few: true, paged),
        }.OfType<GpuKernelSource>()
        select source;

    // Whether plans visit lists of single keys, beside ranges.
    private static bool Gathers(AttentionDeclaration declaration) =>
        declaration.Pattern is AttentionPattern.Anchor or AttentionPattern.Indexed or AttentionPattern.Selected;
}
