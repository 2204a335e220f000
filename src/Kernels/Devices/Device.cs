namespace Kernels;

/// <summary>Where kernels run and buffers live.</summary>
/// <remarks>
/// A device may be used from several threads when each thread uses its own plans. Work on GPU devices is queued in order;
/// <see cref="Synchronize"/> waits for it. <see cref="DeviceBuffer.CopyTo"/> waits by itself.
/// </remarks>
public abstract class Device : IDisposable
{
    private long _allocated, _peak;

    /// <summary>The family this device belongs to.</summary>
    public abstract DeviceKind Kind { get; }

    /// <summary>The name used on command lines: <c>cpu</c>, <c>opencl</c>, <c>cuda</c>, <c>simulator</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What the device is, for people: vendor, model, vector width or driver.</summary>
    public abstract string Description { get; }

    /// <summary>The layers of a transformer between products and attention.</summary>
    public abstract LayerKernels Layers { get; }

    /// <summary>Bytes now held by buffers of this device.</summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocated);

    /// <summary>The most bytes ever held at once.</summary>
    public long PeakAllocatedBytes => Interlocked.Read(ref _peak);

    /// <summary>Reserves <paramref name="byteLength"/> bytes, zeroed, aligned to 64 bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="OutOfMemoryException">The device has no room; the message names the request, the free and the total bytes. The device stays usable.</exception>
    public abstract DeviceBuffer Allocate(long byteLength);

    /// <summary>Whether queued work can be captured, and if not, why.</summary>
    public virtual Support SupportsCapture => Support.No($"{Name} has no graphs of work; only NVIDIA GPUs do");

    /// <summary>Captures the kernels that <paramref name="parts"/> would queue one after another, to be launched together, as often as wanted.</summary>
    /// <param name="parts">
    /// Each runs plans and layers of this device, on the calling thread, now and for every update; copies and waits are refused in it.
    /// </param>
    /// <exception cref="NotSupportedException">The device cannot capture; see <see cref="SupportsCapture"/>.</exception>
    /// <exception cref="DeviceException">The driver refused to capture the work.</exception>
    public virtual DeviceGraph Capture(params IReadOnlyList<Action> parts) => throw new NotSupportedException($"{SupportsCapture.Reason}. Run the work itself.");

    /// <summary>A timer of this device's work: its own events where it has them, else the processor's clock around waits.</summary>
    public virtual DeviceTimer CreateTimer() => new HostTimer(this);

    /// <summary>Waits until all queued work is done.</summary>
    public abstract void Synchronize();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Called by buffers when they take (positive) or give back (negative) memory.</summary>
    protected internal void Account(long bytes)
    {
        var now = Interlocked.Add(ref _allocated, bytes);
        long peak;
        while (now > (peak = Interlocked.Read(ref _peak)) && Interlocked.CompareExchange(ref _peak, now, peak) != peak) { }
    }
}
