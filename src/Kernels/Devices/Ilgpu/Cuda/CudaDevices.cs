using System.Diagnostics.CodeAnalysis;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>Opens NVIDIA GPUs.</summary>
internal static class CudaDevices
{
    private const string WayOut = "install NVIDIA's driver (the package nvidia-driver on Debian and Ubuntu; the CUDA toolkit is not needed)";

    /// <summary>Opens the first GPU.</summary>
    public static bool TryOpen([NotNullWhen(true)] out Device? device, [NotNullWhen(false)] out string? reason)
    {
        IlgpuLibraries.Prepare();
        Context? context = null;
        (device, reason) = (null, null);
        try
        {
            // ILGPU knows instruction sets up to 8.8. A driver or GPU from after its release gets that one: drivers accept
            // older PTX and compile it forward.
            context = Context.Create(builder => builder
                .Cuda(overrides => overrides.InstructionSet = overrides.InstructionSet ?? CudaInstructionSet.ISA_88)
                .EnableAlgorithms().Optimize(OptimizationLevel.O2));
            var devices = context.GetCudaDevices();
            if (devices.Count == 0)
            {
                context.Dispose();
                reason = $"no NVIDIA GPU was found; {WayOut}";
                return false;
            }

            var chosen = devices[0];
            var accelerator = chosen.CreateCudaAccelerator(context);
            var driver = new LibCuda();
            device = new IlgpuDevice(
                DeviceKind.Cuda, GpuLowering.Cuda, context, accelerator,
                $"{chosen.Name}, compute capability {chosen.Architecture}, driver for CUDA {chosen.DriverVersion}",
                new AcceleratorKernelLoader(accelerator, driver))
            {
                MaxSharedBytesAtLaunch = CudaSharedMemory.MostAtLaunch(driver, chosen.DeviceId),
            };
            return true;
        }
        catch (Exception exception)
        {
            context?.Dispose();
            reason = $"CUDA could not be started ({exception.Message}); {WayOut}";
            return false;
        }
    }
}
