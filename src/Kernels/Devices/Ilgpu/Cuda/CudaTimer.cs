namespace Kernels;

/// <summary>Two events of a CUDA stream.</summary>
internal sealed class CudaTimer : DeviceTimer
{
    private readonly IlgpuDevice _device;
    private readonly CudaQueue _queue;
    private readonly nint _start, _end;
    private bool _disposed;

    public CudaTimer(IlgpuDevice device, CudaQueue queue)
    {
        (_device, _queue) = (device, queue);
        using var access = device.Enter();
        (_start, _end) = (queue.CreateEvent(), queue.CreateEvent());
    }

    public override TimeSpan Elapsed
    {
        get
        {
            using var access = _device.Enter();
            return _queue.Between(_start, _end);
        }
    }

    public override void Start() => Record(_start);

    public override void Stop() => Record(_end);

    public override void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        using var access = _device.Enter();
        _queue.DestroyEvent(_start);
        _queue.DestroyEvent(_end);
    }

    private void Record(nint handle)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var access = _device.Enter();
        _queue.Record(handle);
    }
}
