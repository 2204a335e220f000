using Kernels.Testing;

namespace Kernels.Tests;

/// <summary>Devices kept open for a class of tests, so that a kernel is compiled once; closed when the last test is done.</summary>
public sealed class SharedDevices : IDisposable
{
    private readonly Dictionary<string, Device> _open = [];

    /// <summary>The device called <paramref name="name"/>; skips the calling test where it is missing.</summary>
    public Device this[string name]
    {
        get
        {
            if (!_open.TryGetValue(name, out var device)) _open.Add(name, device = TestDevices.Open(name));
            return device;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var device in _open.Values) device.Dispose();
    }
}
