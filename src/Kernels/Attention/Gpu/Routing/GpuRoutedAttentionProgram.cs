using System.ComponentModel;

namespace Kernels;

/// <summary>Attention within clusters on GPUs, the same kernels for every declaration.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class GpuRoutedAttentionProgram : IlgpuAttentionProgram
{
    /// <inheritdoc/>
    public override Support Supports(Device device, AttentionDeclaration declaration, in AttentionShape shape)
    {
        var support = base.Supports(device, declaration, shape);
        return support.IsSupported ? ((IlgpuDevice)device).Holds(RowScores.Threads, RowScores.SharedBytes) : support;
    }

    private protected override AttentionPlan Plan<TQuery, TKey>(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape) =>
        new GpuRoutedAttentionPlan<TQuery, TKey>(device, declaration, shape);

    private protected override IEnumerable<GpuKernelSource> Sources<TQuery, TKey>(AttentionDeclaration declaration, bool paged) =>
    [
        RowScores.Source<GpuFloat32, TQuery>(declaration.Name), RowScores.Source<GpuFloat32, TKey>(declaration.Name, paged),
        CentroidRouting.OfDirections<TQuery>(declaration.Name), CentroidRouting.OfDirections<TKey>(declaration.Name, paged),
        CentroidRouting.OfChoices(declaration.Name), CentroidRouting.OfLists(declaration.Name), ClusterAttention.Source<TQuery, TKey>(declaration.Name, paged),
    ];
}
