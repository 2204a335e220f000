using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>The functions of NVIDIA's driver that ILGPU does not call, one method each; a call is made with the device's context current.</summary>
internal interface ICudaDriver
{
    /// <summary><c>cuDeviceGetAttribute</c>.</summary>
    CudaError GetDeviceAttribute(out int value, int attribute, int device);

    /// <summary><c>cuFuncSetAttribute</c>.</summary>
    CudaError SetFunctionAttribute(nint function, int attribute, int value);
}
