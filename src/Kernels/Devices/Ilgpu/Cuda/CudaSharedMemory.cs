using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>Shared memory beyond the 48 KB that every kernel may use: a launch may ask for it once the kernel's function has been told.</summary>
/// <remarks>CUDA C++ Programming Guide, "Shared Memory" of compute capability 8.x and 9.0.</remarks>
internal static class CudaSharedMemory
{
    /// <summary>What a kernel may declare, and a launch may ask for unannounced.</summary>
    public const int DeclaredBytes = 48 * 1024;

    // CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN and CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES of cuda.h.
    private const int MostPerGroup = 97, MostDynamic = 8;

    /// <summary>Most bytes a launch on <paramref name="device"/> may ask for.</summary>
    public static int MostAtLaunch(ICudaDriver driver, int device)
    {
        DeviceException.Check("cuda", "cuDeviceGetAttribute", driver.GetDeviceAttribute(out var bytes, MostPerGroup, device));
        return bytes;
    }

    /// <summary>Lets launches of <paramref name="function"/> ask for what <paramref name="source"/> says.</summary>
    public static void Announce(ICudaDriver driver, nint function, GpuKernelSource source)
    {
        if (source is { SharedAtLaunch: true, SharedBytes: > DeclaredBytes })
            DeviceException.Check("cuda", "cuFuncSetAttribute", driver.SetFunctionAttribute(function, MostDynamic, source.SharedBytes));
    }
}
