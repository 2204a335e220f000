namespace Kernels;

/// <summary>Times the work of a device between two points of its queue; made by <see cref="Device.CreateTimer"/>.</summary>
public abstract class DeviceTimer : IDisposable
{
    /// <summary>Time from the last <see cref="Start"/> to the last <see cref="Stop"/>; waits until the work between them is done.</summary>
    public abstract TimeSpan Elapsed { get; }

    /// <summary>Marks the beginning: work queued from now on counts.</summary>
    public abstract void Start();

    /// <summary>Marks the end: work queued from now on does not count.</summary>
    public abstract void Stop();

    /// <inheritdoc/>
    public abstract void Dispose();
}
