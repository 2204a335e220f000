using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>What is done on the stream of an NVIDIA GPU beside launching kernels: copies, events, capture.</summary>
/// <param name="driver">The driver.</param>
/// <param name="stream">The stream; not the default one, which cannot be captured.</param>
/// <param name="device">The device's name, for errors.</param>
internal sealed class CudaQueue(ICudaDriver driver, nint stream, string device) : IDisposable
{
    // CU_STREAM_CAPTURE_MODE_RELAXED of cuda.h: kernels may be loaded while their launches are captured.
    private const int Relaxed = 2;

    private readonly PinnedStaging _staging = new(driver, stream, device);

    /// <summary>Whether work is being captured instead of queued.</summary>
    public bool IsCapturing { get; private set; }

    /// <summary>Bytes of the GPU that are free, and that it has.</summary>
    public (long Free, long Total) Memory
    {
        get
        {
            Check("cuMemGetInfo", driver.GetMemoryInfo(out var free, out var total));
            return ((long)free, (long)total);
        }
    }

    /// <inheritdoc cref="PinnedStaging.Upload"/>
    public void Upload(ReadOnlySpan<byte> source, nint target) => _staging.Upload(source, target);

    /// <inheritdoc cref="PinnedStaging.Download"/>
    public void Download(nint source, Span<byte> target) => _staging.Download(source, target);

    /// <summary>An event that knows its time.</summary>
    public nint CreateEvent()
    {
        Check("cuEventCreate", driver.CreateEvent(out var handle, 0));
        return handle;
    }

    /// <summary>Queues <paramref name="handle"/>.</summary>
    public void Record(nint handle) => Check("cuEventRecord", driver.RecordEvent(handle, stream));

    /// <summary>The time between two events; waits for the second.</summary>
    public TimeSpan Between(nint start, nint end)
    {
        Check("cuEventSynchronize", driver.SynchronizeEvent(end));
        Check("cuEventElapsedTime", driver.GetElapsedTime(out var milliseconds, start, end));
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>Gives an event back.</summary>
    public void DestroyEvent(nint handle) => _ = driver.DestroyEvent(handle);

    /// <summary>Captures what <paramref name="work"/> launches, and makes it executable.</summary>
    public nint Instantiate(Action work)
    {
        var graph = Capture(work);
        try
        {
            Check("cuGraphInstantiateWithFlags", driver.Instantiate(out var executable, graph, 0));
            return executable;
        }
        finally
        {
            _ = driver.DestroyGraph(graph);
        }
    }

    /// <summary>Captures what <paramref name="work"/> launches into <paramref name="executable"/>, or into a new one where its kernels are others.</summary>
    public nint Update(nint executable, Action work)
    {
        var graph = Capture(work);
        try
        {
            if (driver.Update(executable, graph) == CudaError.CUDA_SUCCESS) return executable;
            Check("cuGraphInstantiateWithFlags", driver.Instantiate(out var other, graph, 0));
            _ = driver.DestroyExecutable(executable);
            return other;
        }
        finally
        {
            _ = driver.DestroyGraph(graph);
        }
    }

    /// <summary>Queues all of <paramref name="executable"/>.</summary>
    public void Launch(nint executable) => Check("cuGraphLaunch", driver.Launch(executable, stream));

    /// <summary>Gives an executable graph back.</summary>
    public void Destroy(nint executable) => _ = driver.DestroyExecutable(executable);

    /// <inheritdoc/>
    public void Dispose() => _staging.Dispose();

    private nint Capture(Action work)
    {
        Check("cuStreamBeginCapture", driver.BeginCapture(stream, Relaxed));
        IsCapturing = true;
        try
        {
            work();
        }
        catch
        {
            // The stream must not stay in capture; what was captured so far is thrown away.
            if (driver.EndCapture(stream, out var partial) == CudaError.CUDA_SUCCESS) _ = driver.DestroyGraph(partial);
            throw;
        }
        finally
        {
            IsCapturing = false;
        }

        Check("cuStreamEndCapture", driver.EndCapture(stream, out var graph));
        return graph;
    }

    private void Check(string call, CudaError answer) => DeviceException.Check(device, call, answer);
}
