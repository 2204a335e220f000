namespace Kernels;

/// <summary>A kernel refused its arguments before launching: names the kernel, the device, the value, the limit and the way out.</summary>
public sealed class KernelException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kernel">Name of the kernel.</param>
    /// <param name="device">Name of the device.</param>
    /// <param name="received">What was received.</param>
    /// <param name="limit">What is required.</param>
    /// <param name="remedy">What the caller can do.</param>
    public KernelException(string kernel, string device, string received, string limit, string remedy)
        : base($"{kernel} on {device}: received {received}, but {limit}. {remedy}")
    {
        Kernel = kernel;
        Device = device;
        Received = received;
        Limit = limit;
        Remedy = remedy;
    }

    /// <summary>Name of the kernel.</summary>
    public string Kernel { get; }

    /// <summary>Name of the device.</summary>
    public string Device { get; }

    /// <summary>What was received.</summary>
    public string Received { get; }

    /// <summary>What is required.</summary>
    public string Limit { get; }

    /// <summary>What the caller can do.</summary>
    public string Remedy { get; }
}
