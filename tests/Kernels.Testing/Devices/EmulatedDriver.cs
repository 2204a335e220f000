using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;

namespace Kernels.Testing;

/// <summary>
/// Stands in for NVIDIA's driver beside the PTX interpreter: device memory is host memory, work is done when it is queued, and while
/// a stream is captured launches are kept for the graph instead of run. Writes down every call and answers as it is told.
/// </summary>
public sealed unsafe class EmulatedDriver : ICudaDriver
{
    private readonly Dictionary<nint, List<Node>> _graphs = [];
    private readonly Dictionary<nint, long> _events = [];
    private readonly HashSet<nint> _host = [];
    private List<Action>? _captured;
    private nint _handles;
    private long _clock;

    /// <summary>The calls in order, as <c>name(arguments)</c>; addresses are left out.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What a function answers instead of success.</summary>
    public Dictionary<string, CudaError> Answers { get; } = [];

    /// <summary>Graphs, executable graphs, events and page-locked blocks not given back.</summary>
    public int Held => _graphs.Count + _events.Count + _host.Count;

    /// <summary>Runs a kernel's launch, or keeps it while the stream is captured.</summary>
    public void Queue(Action launch)
    {
        if (_captured is null) launch();
        else _captured.Add(launch);
    }

    /// <inheritdoc/>
    public CudaError GetDeviceAttribute(out int value, int attribute, int device)
    {
        value = PtxDevices.MaxSharedBytesAtLaunch;
        return Answer("cuDeviceGetAttribute", attribute, device);
    }

    /// <inheritdoc/>
    public CudaError SetFunctionAttribute(nint function, int attribute, int value) => Answer("cuFuncSetAttribute", function, attribute, value);

    /// <inheritdoc/>
    public CudaError GetMemoryInfo(out nuint free, out nuint total)
    {
        (free, total) = (3_000_000, 80_000_000);
        return Answer("cuMemGetInfo");
    }

    /// <inheritdoc/>
    public CudaError AllocateHost(out nint memory, nuint length)
    {
        _host.Add(memory = (nint)NativeMemory.AlignedAlloc(length, 4096));
        return Answer("cuMemAllocHost", length);
    }

    /// <inheritdoc/>
    public CudaError FreeHost(nint memory)
    {
        if (!_host.Remove(memory)) return Invalid("cuMemFreeHost");
        NativeMemory.AlignedFree((void*)memory);
        return Answer("cuMemFreeHost");
    }

    /// <inheritdoc/>
    public CudaError CopyToDevice(nint device, nint host, nuint length, nint stream)
    {
        NativeMemory.Copy((void*)host, (void*)device, length);
        return Answer("cuMemcpyHtoDAsync", length, stream);
    }

    /// <inheritdoc/>
    public CudaError CopyToHost(nint host, nint device, nuint length, nint stream)
    {
        NativeMemory.Copy((void*)device, (void*)host, length);
        return Answer("cuMemcpyDtoHAsync", length, stream);
    }

    /// <inheritdoc/>
    public CudaError CreateEvent(out nint handle, uint flags)
    {
        _events.Add(handle = ++_handles, 0);
        return Answer("cuEventCreate", flags);
    }

    /// <inheritdoc/>
    public CudaError RecordEvent(nint handle, nint stream)
    {
        if (!_events.ContainsKey(handle)) return Invalid("cuEventRecord");
        _events[handle] = ++_clock;
        return Answer("cuEventRecord", handle, stream);
    }

    /// <inheritdoc/>
    public CudaError SynchronizeEvent(nint handle) => _events.ContainsKey(handle) ? Answer("cuEventSynchronize", handle) : Invalid("cuEventSynchronize");

    /// <inheritdoc/>
    public CudaError GetElapsedTime(out float milliseconds, nint start, nint end)
    {
        milliseconds = _events[end] - _events[start];
        return Answer("cuEventElapsedTime", start, end);
    }

    /// <inheritdoc/>
    public CudaError DestroyEvent(nint handle) => _events.Remove(handle) ? Answer("cuEventDestroy", handle) : Invalid("cuEventDestroy");

    /// <inheritdoc/>
    public CudaError BeginCapture(nint stream, int mode)
    {
        var answer = _captured is null ? Answer("cuStreamBeginCapture", stream, mode) : Invalid("cuStreamBeginCapture");
        if (answer == CudaError.CUDA_SUCCESS) _captured = [];
        return answer;
    }

    /// <inheritdoc/>
    public CudaError EndCapture(nint stream, out nint graph)
    {
        graph = 0;
        if (_captured is null) return Invalid("cuStreamEndCapture");
        var answer = Answer("cuStreamEndCapture", stream);
        if (answer == CudaError.CUDA_SUCCESS) _graphs.Add(graph = ++_handles, [new Node(0, _captured)]);
        _captured = null;
        return answer;
    }

    /// <inheritdoc/>
    public CudaError CreateGraph(out nint graph)
    {
        _graphs.Add(graph = ++_handles, []);
        return Answer("cuGraphCreate");
    }

    /// <inheritdoc/>
    public CudaError AddChild(out nint node, nint graph, ReadOnlySpan<nint> dependencies, nint child)
    {
        // Chains are all that is asked for: a node comes after the one before it.
        var nodes = _graphs[graph];
        node = ++_handles;
        if (!dependencies.SequenceEqual(nodes.Count == 0 ? [] : [nodes[^1].Handle])) return Invalid("cuGraphAddChildGraphNode");
        nodes.Add(new Node(node, LaunchesOf(child)));
        return Answer("cuGraphAddChildGraphNode");
    }

    /// <inheritdoc/>
    public CudaError Instantiate(out nint executable, nint graph, ulong flags)
    {
        executable = 0;
        var answer = Answer("cuGraphInstantiateWithFlags", flags);
        if (answer == CudaError.CUDA_SUCCESS) _graphs.Add(executable = ++_handles, [.. _graphs[graph]]);
        return answer;
    }

    /// <inheritdoc/>
    public CudaError SetChild(nint executable, nint node, nint child)
    {
        // As the driver does, other arguments are taken and another number of kernels is not.
        var (nodes, launches) = (_graphs[executable], LaunchesOf(child));
        var place = nodes.FindIndex(known => known.Handle == node);
        if (place < 0 || nodes[place].Launches.Count != launches.Count) return Invalid("cuGraphExecChildGraphNodeSetParams");
        var answer = Answer("cuGraphExecChildGraphNodeSetParams");
        if (answer == CudaError.CUDA_SUCCESS) nodes[place] = new Node(node, launches);
        return answer;
    }

    /// <inheritdoc/>
    public CudaError Launch(nint executable, nint stream)
    {
        if (!_graphs.ContainsKey(executable)) return Invalid("cuGraphLaunch");
        var answer = Answer("cuGraphLaunch", stream);
        if (answer == CudaError.CUDA_SUCCESS) LaunchesOf(executable).ForEach(launch => launch());
        return answer;
    }

    /// <inheritdoc/>
    public CudaError DestroyExecutable(nint executable) =>
        _graphs.Remove(executable) ? Answer("cuGraphExecDestroy") : Invalid("cuGraphExecDestroy");

    /// <inheritdoc/>
    public CudaError DestroyGraph(nint graph) => _graphs.Remove(graph) ? Answer("cuGraphDestroy") : Invalid("cuGraphDestroy");

    private List<Action> LaunchesOf(nint graph) => [.. _graphs[graph].SelectMany(node => node.Launches)];

    private CudaError Answer(string call, params object[] arguments)
    {
        Calls.Add($"{call}({string.Join(", ", arguments)})");
        return Answers.GetValueOrDefault(call, CudaError.CUDA_SUCCESS);
    }

    private CudaError Invalid(string call)
    {
        Calls.Add($"{call} of what it does not know");
        return CudaError.CUDA_ERROR_INVALID_VALUE;
    }

    private sealed record Node(nint Handle, List<Action> Launches);
}
