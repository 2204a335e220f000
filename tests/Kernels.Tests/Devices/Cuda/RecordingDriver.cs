using ILGPU.Runtime.Cuda;

namespace Kernels.Tests.Devices.Cuda;

/// <summary>Stands in for NVIDIA's driver: writes down every call with its arguments and answers as it is told.</summary>
internal sealed class RecordingDriver : ICudaDriver
{
    /// <summary>The calls in order, as <c>name(arguments)</c>.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What a function answers instead of success.</summary>
    public Dictionary<string, CudaError> Answers { get; } = [];

    public CudaError GetDeviceAttribute(out int value, int attribute, int device)
    {
        value = 227 * 1024;
        return Answer("cuDeviceGetAttribute", attribute, device);
    }

    public CudaError SetFunctionAttribute(nint function, int attribute, int value) => Answer("cuFuncSetAttribute", function, attribute, value);

    private CudaError Answer(string call, params object[] arguments)
    {
        Calls.Add($"{call}({string.Join(", ", arguments)})");
        return Answers.GetValueOrDefault(call, CudaError.CUDA_SUCCESS);
    }
}
