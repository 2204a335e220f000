using ILGPU;

namespace Kernels;

/// <summary>Estimates on a GPU how much row groups will attend to each block of keys.</summary>
internal abstract class GpuBlockEstimator<TQuery, TKey> : IDisposable
    where TQuery : unmanaged, IGpuElement<TQuery> where TKey : unmanaged, IGpuElement<TKey>
{
    private readonly List<IlgpuBuffer> _buffers = [];

    protected GpuBlockEstimator(IlgpuDevice device, AttentionDeclaration declaration, in AttentionShape shape) =>
        (Device, Declaration, Shape) = (device, declaration, shape);

    /// <summary>Bytes held.</summary>
    public long ByteLength => _buffers.Sum(buffer => buffer.ByteLength);

    /// <summary>Bytes for each row group of a query head, beside the estimates.</summary>
    public abstract long BytesPerGroup { get; }

    /// <summary>[sequence and key head, block]: 0 for blocks that cannot be estimated and are kept; or a dummy.</summary>
    public abstract IlgpuBuffer DescribedKeys { get; }

    /// <summary>[pair, row group]: 0 for rows that cannot be estimated and keep every block; or a dummy.</summary>
    public abstract IlgpuBuffer DescribedRows { get; }

    protected IlgpuDevice Device { get; }

    protected AttentionDeclaration Declaration { get; }

    protected AttentionShape Shape { get; }

    protected KeySelection Selection => Declaration.Selection!;

    /// <summary>Most blocks of a run.</summary>
    protected int MostBlocks => (Shape.Keys - 1) / Selection.Block + 1;

    /// <summary>Reserves room for estimates of <paramref name="pairs"/> pairs and <paramref name="groups"/> row groups at a time.</summary>
    public abstract void ReserveWave(int pairs, int groups);

    /// <summary>Summarises the keys of a run, whose first sequence is number <paramref name="sequence"/> of its batch.</summary>
    public abstract void Summarise(in KeyMemory<TKey> key, int sequence, int batch, in EstimateArguments run);

    /// <summary>Writes the estimates of a wave, [pair, row group, block].</summary>
    public abstract void Estimate(ArrayView<TQuery> query, in KeyMemory<TKey> key, int pairs, EstimateArguments wave, IlgpuBuffer estimates);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    /// <summary>A buffer of the estimator's own.</summary>
    protected IlgpuBuffer Reserve(long byteLength)
    {
        var buffer = new IlgpuBuffer(Device, byteLength);
        _buffers.Add(buffer);
        return buffer;
    }
}
