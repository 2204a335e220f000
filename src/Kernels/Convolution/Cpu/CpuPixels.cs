namespace Kernels;

/// <summary>Tensors of a convolution as memory of the processor.</summary>
internal static unsafe class CpuPixels
{
    /// <summary>The first element.</summary>
    public static float* First(in Tensor tensor) => (float*)((CpuBuffer)tensor.Buffer).Pointer + tensor.Offset;

    /// <summary>Whether two tensors share memory, the gaps between their rows included.</summary>
    public static bool Overlap(in Tensor left, in Tensor right) => First(left) < End(right) && First(right) < End(left);

    /// <summary>What is wrong with an argument that should be an fp32 matrix on a device; null if nothing is.</summary>
    public static (string Received, string Limit, string Remedy)? Flaw(string what, in Tensor tensor, Device device, int rows, int columns)
    {
        if (tensor.Buffer is null) return ($"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Matrix.");
        if (tensor.Buffer.Device != device) return ($"{what} on {tensor.Buffer.Device.Name}", $"the plan runs on {device.Name}", "Copy the tensor to the plan's device.");
        return tensor.Rank != 2 || tensor.Type != ElementType.Float32 || tensor[0] != rows || tensor[1] != columns
            ? ($"{what} {tensor}", $"Float32[{rows}, {columns}] was planned", "Plan again with the tensor's shape.")
            : null;
    }

    private static float* End(in Tensor tensor) => First(tensor) + (tensor[0] - 1) * tensor.Stride(0) + tensor[1];
}
