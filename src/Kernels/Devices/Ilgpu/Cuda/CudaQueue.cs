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

    /// <summary>Captures what each of <paramref name="parts"/> launches, and makes them executable one after another.</summary>
    public CudaChain Chain(IReadOnlyList<Action> parts)
    {
        Check("cuGraphCreate", driver.CreateGraph(out var graph));
        try
        {
            var nodes = new nint[parts.Count];
            for (var part = 0; part < nodes.Length; part++)
                WithCaptured(parts[part], captured =>
                    Check("cuGraphAddChildGraphNode", driver.AddChild(out nodes[part], graph, part == 0 ? [] : [nodes[part - 1]], captured)));
            Check("cuGraphInstantiateWithFlags", driver.Instantiate(out var executable, graph, 0));
            return new CudaChain(graph, nodes, executable);
        }
        catch
        {
            _ = driver.DestroyGraph(graph);
            throw;
        }
    }

    /// <summary>Captures what <paramref name="work"/> launches in place of a part; false where its kernels are others.</summary>
    public bool TryReplace(CudaChain chain, int part, Action work)
    {
        var isReplaced = false;
        WithCaptured(work, captured => isReplaced = driver.SetChild(chain.Executable, chain.Nodes[part], captured) == CudaError.CUDA_SUCCESS);
        return isReplaced;
    }

    /// <summary>Queues all of <paramref name="chain"/>.</summary>
    public void Launch(CudaChain chain) => Check("cuGraphLaunch", driver.Launch(chain.Executable, stream));

    /// <summary>Gives a chain back.</summary>
    public void Destroy(CudaChain chain)
    {
        _ = driver.DestroyExecutable(chain.Executable);
        _ = driver.DestroyGraph(chain.Graph);
    }

    /// <inheritdoc/>
    public void Dispose() => _staging.Dispose();

    private void WithCaptured(Action work, Action<nint> use)
    {
        var graph = Capture(work);
        try
        {
            use(graph);
        }
        finally
        {
            _ = driver.DestroyGraph(graph);
        }
    }

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
