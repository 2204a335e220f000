using Kernels.Cli.Commands;
using Kernels.Cli.Errors;

namespace Kernels.Cli.Running;

/// <summary>The device <c>--device</c> and <c>--threads</c> ask for.</summary>
internal static class DeviceChoice
{
    private const string Processor = "cpu", Gpu = "cuda";

    /// <summary>Opens it; the caller disposes it.</summary>
    /// <param name="name">A name that <see cref="Devices.IsName"/> knows, or <see cref="SharedOptions.AutomaticDevice"/>.</param>
    /// <param name="threads">Threads of the processor; 0 for its own choice.</param>
    /// <exception cref="InputException">The device is not there.</exception>
    public static Device Open(string name, int threads)
    {
        if (name == SharedOptions.AutomaticDevice)
        {
            if (Devices.TryOpen(Gpu, out var gpu, out _)) return gpu;
            name = Processor;
        }

        if (name == Processor) return OpenProcessor(threads);
        return Devices.TryOpen(name, out var device, out var reason)
            ? device
            : throw new InputException($"--device {name}: {reason}; kernels devices shows what is here.");
    }

    private static CpuDevice OpenProcessor(int threads)
    {
        try
        {
            return new CpuDevice(threads);
        }
        catch (ArgumentException refusal) // of an environment variable; the options were checked
        {
            throw new InputException(refusal.Message);
        }
    }
}
