using ILGPU.Runtime.Cuda;

namespace Kernels;

/// <summary>A device's driver refused a call; names the device, the call and the driver's answer.</summary>
public sealed class DeviceException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="device">Name of the device.</param>
    /// <param name="call">The driver's function.</param>
    /// <param name="answer">What it returned.</param>
    public DeviceException(string device, string call, string answer) : base($"{device}: {call} answered {answer}.")
    {
        Device = device;
        Call = call;
        Answer = answer;
    }

    /// <summary>Name of the device.</summary>
    public string Device { get; }

    /// <summary>The driver's function.</summary>
    public string Call { get; }

    /// <summary>What it returned.</summary>
    public string Answer { get; }

    internal static void Check(string device, string call, CudaError answer)
    {
        if (answer != CudaError.CUDA_SUCCESS) throw new DeviceException(device, call, answer.ToString());
    }
}
