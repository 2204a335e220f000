using Xunit;

namespace Kernels.Testing;

/// <summary>Opens the devices tests run on; a missing one is a skip with a reason, or a failure where it was required.</summary>
public static class TestDevices
{
    private static readonly string[] Required =
        (Environment.GetEnvironmentVariable("KERNELS_REQUIRE_DEVICES") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Opens device <paramref name="name"/> (cpu, opencl, cuda, simulator, ptx) or skips the calling test.</summary>
    /// <remarks>The caller disposes it.</remarks>
    public static Device Open(string name)
    {
        if (name == PtxDevices.Name) return PtxDevices.Open();
        if (Kernels.Devices.TryOpen(name, out var device, out var reason)) return device;
        Assert.False(Required.Contains(name), $"Device {name} is required by KERNELS_REQUIRE_DEVICES and is missing: {reason}");
        Assert.Skip($"Device {name} is missing: {reason}");
        throw new InvalidOperationException("Unreachable: the skip above ends the test.");
    }
}
