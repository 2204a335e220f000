namespace Kernels;

/// <summary>A CUDA graph ready to launch: a chain of graphs, one for each part.</summary>
internal sealed class CudaGraph : DeviceGraph
{
    private readonly IlgpuDevice _device;
    private readonly CudaQueue _queue;
    private readonly IReadOnlyList<Action> _parts;
    private CudaChain? _chain;

    public CudaGraph(IlgpuDevice device, CudaQueue queue, IReadOnlyList<Action> parts) : base(device)
    {
        (_device, _queue, _parts) = (device, queue, parts);
        using var access = device.Enter();
        _chain = queue.Chain(parts);
    }

    public override void Launch()
    {
        ObjectDisposedException.ThrowIf(_chain is null, this);
        using var access = _device.Enter();
        _queue.Launch(_chain);
    }

    public override void Update(params ReadOnlySpan<int> parts)
    {
        ObjectDisposedException.ThrowIf(_chain is null, this);
        using var access = _device.Enter();
        foreach (var part in parts)
        {
            if (_queue.TryReplace(_chain, part, _parts[part])) continue;
            var other = _queue.Chain(_parts);
            _queue.Destroy(_chain);
            _chain = other;
            return;
        }
    }

    public override void Dispose()
    {
        if (_chain is null) return;
        using (_device.Enter())
        {
            // A launch may still be under way.
            _device.Stream.Synchronize();
            _queue.Destroy(_chain);
        }

        _chain = null;
    }
}
