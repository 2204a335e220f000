using System.Diagnostics.CodeAnalysis;

namespace Kernels;

/// <summary>The devices of this machine, by name.</summary>
public static class Devices
{
    /// <summary>Every name that can be asked for.</summary>
    public static IReadOnlyList<string> Names { get; } = ["cpu", "opencl", "cuda", "simulator"];

    /// <summary>Opens a device, or says why it is not there and how to get it.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="device">The device; the caller disposes it.</param>
    /// <param name="reason">Why not, and the way out; null on success.</param>
    public static bool TryOpen(string name, [NotNullWhen(true)] out Device? device, [NotNullWhen(false)] out string? reason)
    {
        switch (name)
        {
            case "cpu":
                (device, reason) = (new CpuDevice(), null);
                return true;
            case "opencl":
                return OpenClDevices.TryOpen(out device, out reason);
            case "cuda":
                return CudaDevices.TryOpen(out device, out reason);
            case "simulator":
                (device, reason) = (SimulatorDevices.Open(GpuLowering.OpenCL), null);
                return true;
            default:
                (device, reason) = (null, $"there is no device '{name}'; the devices are {string.Join(", ", Names)}");
                return false;
        }
    }
}
