namespace Kernels;

/// <summary>The two lowerings a kernel is generated in for devices reached through ILGPU.</summary>
public enum GpuLowering
{
    /// <summary>Portable: no atomics, half arithmetic or shuffles. Also runs on the simulator.</summary>
    OpenCL,

    /// <summary>For NVIDIA GPUs.</summary>
    Cuda,
}
