using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>The functions of NVIDIA's driver that are called beside ILGPU, one method each; calls are made with the device's context current.</summary>
/// <remarks>CUDA Driver API. Handles and device addresses are numbers; lengths are bytes.</remarks>
internal interface ICudaDriver
{
    /// <summary><c>cuDeviceGetAttribute</c>.</summary>
    CudaError GetDeviceAttribute(out int value, int attribute, int device);

    /// <summary><c>cuFuncSetAttribute</c>.</summary>
    CudaError SetFunctionAttribute(nint function, int attribute, int value);

    /// <summary><c>cuMemGetInfo</c>.</summary>
    CudaError GetMemoryInfo(out nuint free, out nuint total);

    /// <summary><c>cuMemAllocHost</c>: page-locked memory.</summary>
    CudaError AllocateHost(out nint memory, nuint length);

    /// <summary><c>cuMemFreeHost</c>.</summary>
    CudaError FreeHost(nint memory);

    /// <summary><c>cuMemcpyHtoDAsync</c>.</summary>
    CudaError CopyToDevice(nint device, nint host, nuint length, nint stream);

    /// <summary><c>cuMemcpyDtoHAsync</c>.</summary>
    CudaError CopyToHost(nint host, nint device, nuint length, nint stream);

    /// <summary><c>cuEventCreate</c>.</summary>
    CudaError CreateEvent(out nint handle, uint flags);

    /// <summary><c>cuEventRecord</c>.</summary>
    CudaError RecordEvent(nint handle, nint stream);

    /// <summary><c>cuEventSynchronize</c>.</summary>
    CudaError SynchronizeEvent(nint handle);

    /// <summary><c>cuEventElapsedTime</c>.</summary>
    CudaError GetElapsedTime(out float milliseconds, nint start, nint end);

    /// <summary><c>cuEventDestroy</c>.</summary>
    CudaError DestroyEvent(nint handle);

    /// <summary><c>cuStreamBeginCapture</c>.</summary>
    CudaError BeginCapture(nint stream, int mode);

    /// <summary><c>cuStreamEndCapture</c>.</summary>
    CudaError EndCapture(nint stream, out nint graph);

    /// <summary><c>cuGraphCreate</c>: a graph without nodes.</summary>
    CudaError CreateGraph(out nint graph);

    /// <summary><c>cuGraphAddChildGraphNode</c>: a copy of <paramref name="child"/> as a node.</summary>
    CudaError AddChild(out nint node, nint graph, ReadOnlySpan<nint> dependencies, nint child);

    /// <summary><c>cuGraphInstantiateWithFlags</c>.</summary>
    CudaError Instantiate(out nint executable, nint graph, ulong flags);

    /// <summary><c>cuGraphExecChildGraphNodeSetParams</c>: the arguments of <paramref name="child"/> for a node with the same kernels.</summary>
    CudaError SetChild(nint executable, nint node, nint child);

    /// <summary><c>cuGraphLaunch</c>.</summary>
    CudaError Launch(nint executable, nint stream);

    /// <summary><c>cuGraphExecDestroy</c>.</summary>
    CudaError DestroyExecutable(nint executable);

    /// <summary><c>cuGraphDestroy</c>.</summary>
    CudaError DestroyGraph(nint graph);
}
