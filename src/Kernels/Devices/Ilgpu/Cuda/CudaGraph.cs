namespace Kernels;

/// <summary>A CUDA graph ready to launch.</summary>
internal sealed class CudaGraph : DeviceGraph
{
    private readonly IlgpuDevice _device;
    private readonly CudaQueue _queue;
    private nint _executable;

    public CudaGraph(IlgpuDevice device, CudaQueue queue, Action work) : base(device)
    {
        (_device, _queue) = (device, queue);
        using var access = device.Enter();
        _executable = queue.Instantiate(work);
    }

    public override void Launch()
    {
        ObjectDisposedException.ThrowIf(_executable == 0, this);
        using var access = _device.Enter();
        _queue.Launch(_executable);
    }

    public override void Update(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        ObjectDisposedException.ThrowIf(_executable == 0, this);
        using var access = _device.Enter();
        _executable = _queue.Update(_executable, work);
    }

    public override void Dispose()
    {
        if (_executable == 0) return;
        using (_device.Enter())
        {
            // A launch may still be under way.
            _device.Stream.Synchronize();
            _queue.Destroy(_executable);
        }

        _executable = 0;
    }
}
