using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>NVIDIA's driver library.</summary>
internal sealed partial class LibCuda : ICudaDriver
{
    public CudaError GetDeviceAttribute(out int value, int attribute, int device) => cuDeviceGetAttribute(out value, attribute, device);

    public CudaError SetFunctionAttribute(nint function, int attribute, int value) => cuFuncSetAttribute(function, attribute, value);

    public CudaError GetMemoryInfo(out nuint free, out nuint total) => cuMemGetInfo_v2(out free, out total);

    public CudaError AllocateHost(out nint memory, nuint length) => cuMemAllocHost_v2(out memory, length);

    public CudaError FreeHost(nint memory) => cuMemFreeHost(memory);

    public CudaError CopyToDevice(nint device, nint host, nuint length, nint stream) => cuMemcpyHtoDAsync_v2(device, host, length, stream);

    public CudaError CopyToHost(nint host, nint device, nuint length, nint stream) => cuMemcpyDtoHAsync_v2(host, device, length, stream);

    public CudaError CreateEvent(out nint handle, uint flags) => cuEventCreate(out handle, flags);

    public CudaError RecordEvent(nint handle, nint stream) => cuEventRecord(handle, stream);

    public CudaError SynchronizeEvent(nint handle) => cuEventSynchronize(handle);

    public CudaError GetElapsedTime(out float milliseconds, nint start, nint end) => cuEventElapsedTime(out milliseconds, start, end);

    public CudaError DestroyEvent(nint handle) => cuEventDestroy_v2(handle);

    public CudaError BeginCapture(nint stream, int mode) => cuStreamBeginCapture_v2(stream, mode);

    public CudaError EndCapture(nint stream, out nint graph) => cuStreamEndCapture(stream, out graph);

    public CudaError CreateGraph(out nint graph) => cuGraphCreate(out graph, 0);

    public CudaError AddChild(out nint node, nint graph, ReadOnlySpan<nint> dependencies, nint child) =>
        cuGraphAddChildGraphNode(out node, graph, dependencies, (nuint)dependencies.Length, child);

    public CudaError Instantiate(out nint executable, nint graph, ulong flags) => cuGraphInstantiateWithFlags(out executable, graph, flags);

    public CudaError SetChild(nint executable, nint node, nint child) => cuGraphExecChildGraphNodeSetParams(executable, node, child);

    public CudaError Launch(nint executable, nint stream) => cuGraphLaunch(executable, stream);

    public CudaError DestroyExecutable(nint executable) => cuGraphExecDestroy(executable);

    public CudaError DestroyGraph(nint graph) => cuGraphDestroy(graph);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuDeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuFuncSetAttribute(nint function, int attribute, int value);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuMemGetInfo_v2(out nuint free, out nuint total);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuMemAllocHost_v2(out nint memory, nuint length);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuMemFreeHost(nint memory);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuMemcpyHtoDAsync_v2(nint device, nint host, nuint length, nint stream);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuMemcpyDtoHAsync_v2(nint host, nint device, nuint length, nint stream);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuEventCreate(out nint handle, uint flags);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuEventRecord(nint handle, nint stream);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuEventSynchronize(nint handle);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuEventElapsedTime(out float milliseconds, nint start, nint end);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuEventDestroy_v2(nint handle);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuStreamBeginCapture_v2(nint stream, int mode);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuStreamEndCapture(nint stream, out nint graph);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuGraphInstantiateWithFlags(out nint executable, nint graph, ulong flags);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuGraphCreate(out nint graph, uint flags);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuGraphAddChildGraphNode(out nint node, nint graph, ReadOnlySpan<nint> dependencies, nuint count, nint child);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuGraphExecChildGraphNodeSetParams(nint executable, nint node, nint child);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuGraphLaunch(nint executable, nint stream);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuGraphExecDestroy(nint executable);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuGraphDestroy(nint graph);
}
