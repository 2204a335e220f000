using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Upper bounds of single rows' scores from each block's smallest and largest key channels.</summary>
internal sealed class GpuBoundsEstimator<TQuery, TKey> : GpuBlockEstimator<TQuery, TKey>
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly KeyBounds.KeyLauncher<TKey> _boundKeys;
    private readonly KeyBounds.ScoreLauncher<TQuery> _boundScores;
    private readonly IlgpuBuffer _bounds;

    public GpuBoundsEstimator(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape)
        : base(device, declaration, shape)
    {
        _boundKeys = device.Load<KeyBounds.KeyLauncher<TKey>>(KeyBounds.OfKeys<TKey>(declaration.Name, shape.Page > 0));
        _boundScores = device.Load<KeyBounds.ScoreLauncher<TQuery>>(KeyBounds.OfScores<TQuery>(declaration.Name));
        _bounds = Reserve(2L * shape.Batch * shape.KeyHeads * MostBlocks * shape.HeadDim * sizeof(float));
    }

    /// <inheritdoc/>
    public override long BytesPerGroup => 0;

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedKeys => _bounds;

    /// <inheritdoc/>
    public override IlgpuBuffer DescribedRows => _bounds;

    /// <inheritdoc/>
    public override void ReserveWave(int pairs, int groups)
    {
        // Estimates are all there is.
    }

    /// <inheritdoc/>
    public override void Summarise(in KeyMemory<TKey> key, int sequence, int batch, in EstimateArguments run) => _boundKeys(
        Device.Stream, new KernelConfig(new Index3D(run.Blocks, batch * Shape.KeyHeads, 1), new Index3D(KeyBounds.Threads, 1, 1)),
        key.Rows, key.Pages, _bounds.View<float>(), run);

    /// <inheritdoc/>
    public override void Estimate(ArrayView<TQuery> query, in KeyMemory<TKey> key, int pairs, EstimateArguments wave, IlgpuBuffer estimates) => _boundScores(
        Device.Stream,
        new KernelConfig(new Index3D((wave.Blocks - 1) / KeyBounds.Threads + 1, wave.Groups, pairs), new Index3D(KeyBounds.Threads, 1, 1)),
        query, _bounds.View<float>(), estimates.View<float>(), wave);
}
