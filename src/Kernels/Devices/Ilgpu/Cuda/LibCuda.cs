using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>NVIDIA's driver library.</summary>
internal sealed partial class LibCuda : ICudaDriver
{
    public CudaError GetDeviceAttribute(out int value, int attribute, int device) => cuDeviceGetAttribute(out value, attribute, device);

    public CudaError SetFunctionAttribute(nint function, int attribute, int value) => cuFuncSetAttribute(function, attribute, value);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuDeviceGetAttribute(out int value, int attribute, int device);

    [LibraryImport(IlgpuLibraries.Cuda)]
    private static partial CudaError cuFuncSetAttribute(nint function, int attribute, int value);
}
