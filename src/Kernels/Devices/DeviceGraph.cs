namespace Kernels;

/// <summary>Work of a device that was captured once and is launched as a whole; made by <see cref="Device.Capture"/>.</summary>
/// <remarks>
/// It holds the arguments its kernels were captured with: buffers and plans it names must outlive it, and a launch computes with what the
/// buffers then hold.
/// </remarks>
public abstract class DeviceGraph : IDisposable
{
    /// <summary>Creates the graph of a device.</summary>
    protected DeviceGraph(Device device) => Device = device;

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>Queues the captured work.</summary>
    /// <exception cref="DeviceException">The driver refused the launch.</exception>
    public abstract void Launch();

    /// <summary>Captures <paramref name="work"/> in place of what was captured before; cheap where only arguments differ.</summary>
    /// <exception cref="DeviceException">The driver refused to capture the work; the earlier capture stays.</exception>
    public abstract void Update(Action work);

    /// <inheritdoc/>
    public abstract void Dispose();
}
