using System.Diagnostics.CodeAnalysis;

namespace Kernels;

/// <summary>The devices of this machine, by name.</summary>
public static class Devices
{
    /// <summary>Every name that can be asked for.</summary>
    public static IReadOnlyList<string> Names { get; } = ["cpu", "opencl", "cuda", "simulator"];

    /// <summary>Names of the NVIDIA GPUs of this machine: <c>cuda</c> is the first, <c>cuda:1</c> the second, and so on.</summary>
    public static IReadOnlyList<string> CudaNames() => CudaDevices.List();

    /// <summary>Whether <paramref name="name"/> can be asked for: one of <see cref="Names"/>, or <c>cuda:N</c>; such a device need not be here.</summary>
    public static bool IsName(string name) => Names.Contains(name) || CudaDevices.TryParse(name, out _);

    /// <summary>Opens a device, or says why it is not there and how to get it.</summary>
    /// <param name="name">One of <see cref="Names"/>, or of <see cref="CudaNames"/>.</param>
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
            case "simulator":
                (device, reason) = (SimulatorDevices.Open(GpuLowering.OpenCL), null);
                return true;
            case var _ when CudaDevices.TryParse(name, out var index):
                return CudaDevices.TryOpen(index, out device, out reason);
            default:
                (device, reason) = (null, $"there is no device '{name}'; the devices are {string.Join(", ", Names)}, and cuda:1 and so on for further GPUs");
                return false;
        }
    }
}
