namespace Kernels;

/// <summary>The families of devices kernels are generated for.</summary>
public enum DeviceKind
{
    /// <summary>The processor, through generated SIMD code.</summary>
    Cpu,

    /// <summary>An OpenCL device through ILGPU.</summary>
    OpenCL,

    /// <summary>An NVIDIA GPU through ILGPU.</summary>
    Cuda,

    /// <summary>ILGPU's CPU accelerator: a slow simulator of a GPU, for tiny tests.</summary>
    Simulator,

    /// <summary>Nothing at all: plans without hardware.</summary>
    Null,
}
