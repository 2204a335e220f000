using ILGPU;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace Kernels.Testing;

/// <summary>Opens the device that stands in for an NVIDIA GPU: real plans, whose kernels run as PTX in the interpreter.</summary>
public static class PtxDevices
{
    /// <summary>Its name among test devices. It reports itself as <c>cuda</c>, as whose plans it runs.</summary>
    public const string Name = "ptx";

    /// <summary>What a launch may ask for on compute capability 8.0 (CUDA C++ Programming Guide, technical specifications).</summary>
    public const int MaxSharedBytesAtLaunch = 163 * 1024;

    // Any number serves as the handle of the one stream.
    private const nint Stream = 5;

    /// <summary>Opens the device; memory is that of ILGPU's CPU accelerator.</summary>
    /// <remarks>The caller disposes it.</remarks>
    /// <param name="driver">What answers for NVIDIA's driver; null for one that nobody looks at.</param>
    /// <param name="capability">Compute capability that is reported; null for 8.0, for which kernels are compiled.</param>
    /// <param name="sharedBytesAtLaunch">What a launch may ask for, as reported.</param>
    public static Device Open(
        EmulatedDriver? driver = null, CudaArchitecture? capability = null, int sharedBytesAtLaunch = MaxSharedBytesAtLaunch)
    {
        driver ??= new EmulatedDriver();
        var context = Context.Create(builder =>
            builder.CPU(new CPUDevice(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: 32, numMultiprocessors: 1)));
        return new IlgpuDevice(
            DeviceKind.Cuda, GpuLowering.Cuda, context, context.CreateCPUAccelerator(0), "PTX interpreter; for tests only", new PtxKernelLoader(driver))
        {
            ComputeCapability = capability ?? CudaArchitecture.SM_80,
            MaxSharedBytesAtLaunch = sharedBytesAtLaunch,
            Queue = new CudaQueue(driver, Stream, "cuda"),
        };
    }
}
