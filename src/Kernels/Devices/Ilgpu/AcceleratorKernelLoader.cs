using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Kernels;

/// <summary>Compiles kernels with an accelerator's own compiler and launches them on it.</summary>
internal sealed class AcceleratorKernelLoader(Accelerator accelerator) : IGpuKernelLoader
{
    public TLauncher Load<TLauncher>(GpuKernelSource source) where TLauncher : Delegate => Load(source).CreateLauncherDelegate<TLauncher>();

    private Kernel Load(GpuKernelSource source)
    {
        switch (accelerator)
        {
            case CLAccelerator openCl:
                var compiled = GpuKernelCache.Compile(openCl.Backend, source);
                OpenClSource.FenceLocalMemory(compiled);
                return openCl.LoadKernel(compiled);
            case CudaAccelerator cuda:
                return cuda.LoadKernel(GpuKernelCache.Compile(cuda.Backend, source));
            default:
                return accelerator.LoadKernel(source.Method.Method, new KernelSpecialization(source.Threads, null));
        }
    }
}
