using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.CPU;

namespace Kernels;

/// <summary>Opens ILGPU's CPU accelerator, which runs a group as operating-system threads in lockstep.</summary>
internal static class SimulatorDevices
{
    /// <summary>Opens a simulated GPU for the kernels of <paramref name="lowering"/>.</summary>
    public static IlgpuDevice Open(GpuLowering lowering)
    {
        // One multiprocessor as large as the largest group a generated kernel asks for.
        var warps = lowering == GpuLowering.Cuda ? 16 : 8;
        var context = Context.Create(builder => builder
            .CPU(new CPUDevice(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: warps, numMultiprocessors: 1))
            .EnableAlgorithms().Optimize(OptimizationLevel.O2));
        return new IlgpuDevice(
            DeviceKind.Simulator, lowering, context, context.CreateCPUAccelerator(0), "ILGPU's CPU accelerator; for tiny tests only");
    }
}
