using System.ComponentModel;

namespace Kernels;

/// <summary>Base of the generated GPU programs: the tile kernels of one declared pattern.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class GpuAttentionProgram : AttentionProgram
{
    // Pairs of (sequence, head) are numbered by the second and third dimension of a grid, which CUDA limits to 16 bits.
    private const int MostPairs = 65_535;

    /// <summary>Factor applied to queries: scores are in base 2, or in natural units where a user's score function wants them.</summary>
    public abstract float QueryScale { get; }

    /// <summary>The tile for runs of many rows.</summary>
    public abstract GpuTileShape Many { get; }

    /// <summary>The tile for runs of few rows.</summary>
    public abstract GpuTileShape Few { get; }

    /// <summary>The visit kernel of <see cref="Many"/> rows, type arguments bound.</summary>
    public abstract Delegate VisitMany<TQuery, TKey, TOrder>()
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder;

    /// <summary>The visit kernel of <see cref="Few"/> rows, type arguments bound.</summary>
    public abstract Delegate VisitFew<TQuery, TKey, TOrder>()
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder;

    /// <summary>The tile of <see cref="VisitTensor{TElement, TOrder}()"/>; its rows are those of <see cref="Many"/>.</summary>
    public virtual GpuTileShape Tensor => default;

    /// <summary>The visit of many rows on tensor cores, type argument bound; null where there is none for these elements.</summary>
    public virtual Delegate? VisitTensor<TElement, TOrder>() where TElement : unmanaged where TOrder : struct, IKeyOrder => null;

    /// <inheritdoc/>
    public override bool Targets(Device device) => device is IlgpuDevice;

    /// <inheritdoc/>
    public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape)
    {
        var gpu = (IlgpuDevice)device;
        if ((long)shape.Batch * shape.QueryHeads > MostPairs)
            return Support.No($"batch {shape.Batch} times {shape.QueryHeads} query heads is more than the {MostPairs} a grid can number");
        if ((long)shape.Queries * shape.GroupSize > int.MaxValue / 2)
            return Support.No($"{shape.Queries} queries of {shape.GroupSize} heads are more rows than {int.MaxValue / 2}");
        var support = gpu.Holds(Many.Threads, Many.SharedBytes);
        return support.IsSupported ? gpu.Holds(Few.Threads, Few.SharedBytes) : support;
    }

    /// <inheritdoc/>
    public override AttentionPlan Plan(Device device, AttentionDeclaration declaration, in AttentionShape shape) => shape.QueryType switch
    {
        ElementType.Float32 => Plan<GpuFloat32>((IlgpuDevice)device, declaration, shape),
        ElementType.BFloat16 => Plan<GpuBFloat16>((IlgpuDevice)device, declaration, shape),
        _ => Plan<GpuFloat16>((IlgpuDevice)device, declaration, shape),
    };

    /// <inheritdoc/>
    internal override IEnumerable<GpuKernelSource> GpuSources(GpuLowering lowering) =>
        [.. Sources<GpuFloat32>(), .. Sources<GpuBFloat16>(), .. Sources<GpuFloat16>(), .. lowering == GpuLowering.Cuda ? TensorSources() : []];

    /// <summary>The visit on tensor cores, ready to compile; null where there is none.</summary>
    internal GpuKernelSource? VisitTensor<TElement, TOrder>(string declaration) where TElement : unmanaged where TOrder : struct, IKeyOrder =>
        VisitTensor<TElement, TOrder>() is { } kernel
            ? new GpuKernelSource(
                $"{declaration}: visit on tensor cores, {typeof(TElement).Name}, {typeof(TOrder).Name}", kernel, Tensor.Threads, Tensor.SharedBytes,
                SharedAtLaunch: true)
            : null;

    /// <summary>The visits on tensor cores, of both orders.</summary>
    internal IEnumerable<GpuKernelSource> TensorSources() => new[]
    {
        VisitTensor<GpuFloat16, ConsecutiveKeys>(GetType().Name), VisitTensor<GpuFloat16, ListedKeys>(GetType().Name),
        VisitTensor<GpuBFloat16, ConsecutiveKeys>(GetType().Name), VisitTensor<GpuBFloat16, ListedKeys>(GetType().Name),
    }.OfType<GpuKernelSource>();

    /// <summary>The visit kernel for tiles of <see cref="Few"/> or <see cref="Many"/> rows, ready to compile.</summary>
    internal GpuKernelSource Visit<TQuery, TKey, TOrder>(string declaration, bool few)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> where TOrder : struct, IKeyOrder
    {
        var tile = few ? Few : Many;
        return new GpuKernelSource(
            $"{declaration}: visit of {tile.Rows} rows, {typeof(TQuery).Name}, {typeof(TKey).Name}, {typeof(TOrder).Name}",
            few ? VisitFew<TQuery, TKey, TOrder>() : VisitMany<TQuery, TKey, TOrder>(), tile.Threads, tile.SharedBytes);
    }

    private protected virtual AttentionPlan Plan<TQuery, TKey>(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> =>
        new GpuTiledAttentionPlan<TQuery, TKey>(device, declaration, shape, this);

    private protected virtual IEnumerable<GpuKernelSource> Sources<TQuery, TKey>(string name)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> =>
    [
        Visit<TQuery, TKey, ConsecutiveKeys>(name, few: false), Visit<TQuery, TKey, ConsecutiveKeys>(name, few: true), StateMerge.Source<TQuery>(name),
    ];

    private AttentionPlan Plan<TQuery>(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        where TQuery : unmanaged, IGpuElement<TQuery> => shape.KeyType switch
    {
        ElementType.Float32 => Plan<TQuery, GpuFloat32>(device, declaration, shape),
        ElementType.BFloat16 => Plan<TQuery, GpuBFloat16>(device, declaration, shape),
        _ => Plan<TQuery, GpuFloat16>(device, declaration, shape),
    };

    private IEnumerable<GpuKernelSource> Sources<TQuery>() where TQuery : unmanaged, IGpuElement<TQuery> =>
        [.. Sources<TQuery, GpuFloat32>(GetType().Name), .. Sources<TQuery, GpuBFloat16>(GetType().Name), .. Sources<TQuery, GpuFloat16>(GetType().Name)];
}
