using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>Opens NVIDIA GPUs.</summary>
internal static class CudaDevices
{
    private const string Family = "cuda";
    private const string WayOut = "install NVIDIA's driver (the package nvidia-driver on Debian and Ubuntu; the CUDA toolkit is not needed)";

    /// <summary>Name of the GPU at <paramref name="index"/>.</summary>
    public static string Name(int index) => index == 0 ? Family : string.Create(CultureInfo.InvariantCulture, $"{Family}:{index}");

    /// <summary>Reads <c>cuda</c> or <c>cuda:N</c>.</summary>
    public static bool TryParse(string name, out int index)
    {
        index = 0;
        return name == Family
            || (name.StartsWith(Family + ":", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(Family.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index));
    }

    /// <summary>Names of the GPUs of this machine.</summary>
    public static IReadOnlyList<string> List()
    {
        try
        {
            using var context = CreateContext();
            return [.. Enumerable.Range(0, context.GetCudaDevices().Count).Select(Name)];
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or NotSupportedException or CudaException)
        {
            return [];
        }
    }

    /// <summary>Opens the GPU at <paramref name="index"/>.</summary>
    public static bool TryOpen(int index, [NotNullWhen(true)] out Device? device, [NotNullWhen(false)] out string? reason)
    {
        Context? context = null;
        (device, reason) = (null, null);
        try
        {
            context = CreateContext();
            var devices = context.GetCudaDevices();
            reason = WhyNot(index, devices.Count);
            if (reason is not null)
            {
                context.Dispose();
                return false;
            }

            device = Open(context, devices[index], index);
            return true;
        }
        catch (Exception exception)
        {
            context?.Dispose();
            reason = Explain(exception);
            return false;
        }
    }

    /// <summary>Why there is no GPU at <paramref name="index"/> among <paramref name="count"/>; null where there is.</summary>
    internal static string? WhyNot(int index, int count) => count == 0
        ? $"no NVIDIA GPU was found; {WayOut}"
        : index < count ? null : $"{Name(index)} was asked for and this machine has {count}: {string.Join(", ", Enumerable.Range(0, count).Select(Name))}";

    /// <summary>What kept the driver from starting, and the way out.</summary>
    internal static string Explain(Exception exception) => exception is EntryPointNotFoundException
        ? $"the installed NVIDIA driver lacks a function that ILGPU or this library calls ({exception.Message}); install a driver for CUDA 11.4 to 13"
        : $"CUDA could not be started ({exception.Message}); {WayOut}";

    // ILGPU knows instruction sets up to 8.8. A driver or GPU from after its release gets that one: drivers accept older PTX and
    // compile it forward.
    private static Context CreateContext()
    {
        IlgpuLibraries.Prepare();
        return Context.Create(builder => builder
            .Cuda(overrides => overrides.InstructionSet = overrides.InstructionSet ?? CudaInstructionSet.ISA_88)
            .EnableAlgorithms().Optimize(OptimizationLevel.O2));
    }

    private static IlgpuDevice Open(Context context, CudaDevice chosen, int index)
    {
        var accelerator = chosen.CreateCudaAccelerator(context);
        var driver = new LibCuda();
        var stream = (CudaStream)accelerator.CreateStream();
        return new IlgpuDevice(
            DeviceKind.Cuda, GpuLowering.Cuda, context, accelerator,
            $"{chosen.Name}, compute capability {chosen.Architecture}, driver for CUDA {chosen.DriverVersion}",
            new AcceleratorKernelLoader(accelerator, driver))
        {
            Index = index,
            Stream = stream,
            Queue = new CudaQueue(driver, stream.StreamPtr, Name(index)),
            MaxSharedBytesAtLaunch = CudaSharedMemory.MostAtLaunch(driver, chosen.DeviceId),
        };
    }
}
