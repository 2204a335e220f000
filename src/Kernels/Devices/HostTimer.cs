using System.Diagnostics;

namespace Kernels;

/// <summary>The processor's clock, read while the device has nothing to do.</summary>
internal sealed class HostTimer(Device device) : DeviceTimer
{
    private long _start, _end;

    public override TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start, _end);

    public override void Start()
    {
        device.Synchronize();
        _start = Stopwatch.GetTimestamp();
    }

    public override void Stop()
    {
        device.Synchronize();
        _end = Stopwatch.GetTimestamp();
    }

    public override void Dispose()
    {
    }
}
