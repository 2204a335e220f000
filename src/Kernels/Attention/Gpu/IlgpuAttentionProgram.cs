using System.ComponentModel;

namespace Kernels;

/// <summary>Base of the programs for devices reached through ILGPU: binds kernels to the storage of queries and keys.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class IlgpuAttentionProgram : AttentionProgram
{
    // Pairs of (sequence, head) are numbered by the second and third dimension of a grid, which CUDA limits to 16 bits.
    private const int MostPairs = 65_535;

    private protected IlgpuAttentionProgram()
    {
    }

    /// <inheritdoc/>
    public override bool Targets(Device device) => device is IlgpuDevice;

    /// <inheritdoc/>
    public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape)
    {
        if ((long)shape.Batch * shape.QueryHeads > MostPairs)
            return Support.No($"batch {shape.Batch} times {shape.QueryHeads} query heads is more than the {MostPairs} a grid can number");
        if (shape.Page > 0 && PageTables.Entries(shape) > PageTables.MostEntries)
            return Support.No($"batch {shape.Batch} of {shape.Keys} keys in pages of {shape.Page} needs more than the {PageTables.MostEntries} pages that a plan lists");
        return (long)shape.Queries * shape.GroupSize > int.MaxValue / 2
            ? Support.No($"{shape.Queries} queries of {shape.GroupSize} heads are more rows than {int.MaxValue / 2}")
            : Support.Yes;
    }

    /// <inheritdoc/>
    public override AttentionPlan Plan(Device device, AttentionDeclaration declaration, in AttentionShape shape) => shape.QueryType switch
    {
        ElementType.Float32 => Plan<GpuFloat32>((IlgpuDevice)device, declaration, shape),
        ElementType.BFloat16 => Plan<GpuBFloat16>((IlgpuDevice)device, declaration, shape),
        _ => Plan<GpuFloat16>((IlgpuDevice)device, declaration, shape),
    };

    /// <inheritdoc/>
    internal override IEnumerable<GpuKernelSource> GpuSources(AttentionDeclaration declaration, GpuLowering lowering) =>
        [.. Sources<GpuFloat32>(declaration), .. Sources<GpuBFloat16>(declaration), .. Sources<GpuFloat16>(declaration)];

    // Whether keys lie in pages makes another kernel of each that reads them, and of no other.
    private IEnumerable<GpuKernelSource> Sources<TQuery, TKey>(AttentionDeclaration declaration)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey> =>
        new[] { false, true }.SelectMany(paged => Sources<TQuery, TKey>(declaration, paged)).DistinctBy(source => source.Name);

    private protected abstract AttentionPlan Plan<TQuery, TKey>(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>;

    /// <summary>The kernels of plans whose keys lie in pages, or one after another.</summary>
    private protected abstract IEnumerable<GpuKernelSource> Sources<TQuery, TKey>(AttentionDeclaration declaration, bool paged)
        where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>;

    private AttentionPlan Plan<TQuery>(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        where TQuery : unmanaged, IGpuElement<TQuery> => shape.KeyType switch
    {
        ElementType.Float32 => Plan<TQuery, GpuFloat32>(device, declaration, shape),
        ElementType.BFloat16 => Plan<TQuery, GpuBFloat16>(device, declaration, shape),
        _ => Plan<TQuery, GpuFloat16>(device, declaration, shape),
    };

    private IEnumerable<GpuKernelSource> Sources<TQuery>(AttentionDeclaration declaration) where TQuery : unmanaged, IGpuElement<TQuery> =>
        [.. Sources<TQuery, GpuFloat32>(declaration), .. Sources<TQuery, GpuBFloat16>(declaration), .. Sources<TQuery, GpuFloat16>(declaration)];
}
