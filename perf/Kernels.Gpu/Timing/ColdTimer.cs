namespace Kernels.Gpu.Timing;

/// <summary>Times runs by the device's own events, each after a copy large enough to leave nothing of its operands in a cache.</summary>
internal sealed class ColdTimer : IDisposable
{
    // More than the second-level cache of any GPU so far, twice: source and target.
    private const int FlushBytes = 128 << 20, TinyFlushBytes = 1 << 16;
    private const int LeastSamples = 5, MostSamples = 50;

    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);

    private readonly Device _device;
    private readonly DeviceTimer _timer;
    private readonly DeviceBuffer _source, _target;
    private readonly Tensor _from, _to;
    private readonly bool _tiny;

    public ColdTimer(Device device, bool tiny)
    {
        (_device, _tiny) = (device, tiny);
        _timer = device.CreateTimer();
        var bytes = tiny ? TinyFlushBytes : FlushBytes;
        (_source, _target) = (device.Allocate(bytes), device.Allocate(bytes));
        const int columns = 4096;
        (_from, _to) = (
            Tensor.Matrix(_source, ElementType.Float32, bytes / 4 / columns, columns), Tensor.Matrix(_target, ElementType.Float32, bytes / 4 / columns, columns));
    }

    /// <summary>The median of a run's seconds; <paramref name="run"/> is given the run's number.</summary>
    public double Median(Action<int> run)
    {
        run(0);
        _device.Synchronize();
        var samples = new List<double>();
        var least = _tiny ? 2 : LeastSamples;
        var spent = 0.0;
        while (samples.Count < least || (samples.Count < MostSamples && spent < Enough.TotalSeconds && !_tiny))
        {
            _device.Layers.Copy(_from, _to);
            _timer.Start();
            run(samples.Count);
            _timer.Stop();
            samples.Add(_timer.Elapsed.TotalSeconds);
            spent += samples[^1];
        }

        samples.Sort();
        return samples.Count % 2 == 1 ? samples[samples.Count / 2] : (samples[samples.Count / 2 - 1] + samples[samples.Count / 2]) / 2;
    }

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
        _target.Dispose();
    }
}
