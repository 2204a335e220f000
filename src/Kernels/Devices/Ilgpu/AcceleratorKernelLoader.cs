using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Kernels;

/// <summary>Compiles kernels with an accelerator's own compiler and launches them on it.</summary>
/// <param name="accelerator">The accelerator.</param>
/// <param name="driver">The driver of an NVIDIA GPU; null for other accelerators.</param>
internal sealed class AcceleratorKernelLoader(Accelerator accelerator, ICudaDriver? driver = null) : IGpuKernelLoader
{
    public TLauncher Load<TLauncher>(GpuKernelSource source) where TLauncher : Delegate => Load(source).CreateLauncherDelegate<TLauncher>();

    private Kernel Load(GpuKernelSource source)
    {
        switch (accelerator)
        {
            case CLAccelerator openCl:
                var compiled = GpuKernelCache.Compile(openCl.Backend, source);
                lock (OpenClDevices.Driver) return openCl.LoadKernel(compiled);
            case CudaAccelerator cuda:
                var kernel = cuda.LoadKernel(GpuKernelCache.Compile(cuda.Backend, source));
                CudaSharedMemory.Announce(driver!, ((CudaKernel)kernel).FunctionPtr, source);
                return kernel;
            default:
                return accelerator.LoadKernel(source.Method.Method, new KernelSpecialization(source.Threads, null));
        }
    }
}
