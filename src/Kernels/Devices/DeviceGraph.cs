namespace Kernels;

/// <summary>Work of a device that was captured once and is launched as a whole; made by <see cref="Device.Capture"/>.</summary>
/// <remarks>
/// It holds the arguments its kernels were captured with: buffers and plans it names must outlive it, and a launch computes with what the
/// buffers then hold. Parts whose arguments have changed are captured again; the others stay as they are.
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

    /// <summary>Captures some of the parts again, in place of what they were; the whole, where one of them now has other kernels.</summary>
    /// <param name="parts">Their places among the parts that were captured.</param>
    /// <exception cref="DeviceException">The driver refused; parts before the one that was refused are updated.</exception>
    public abstract void Update(params ReadOnlySpan<int> parts);

    /// <inheritdoc/>
    public abstract void Dispose();
}
