namespace Kernels;

/// <summary>What tensors of a convolution must be.</summary>
internal static class ImageTensors
{
    /// <summary>Whether two tensors share memory, the gaps between their rows included.</summary>
    public static bool Overlap(in Tensor left, in Tensor right) => left.Buffer == right.Buffer && left.Offset < End(right) && right.Offset < End(left);

    /// <summary>Whether two tensors of one shape are the same elements.</summary>
    public static bool AreSame(in Tensor left, in Tensor right) =>
        left.Buffer == right.Buffer && left.Offset == right.Offset && left.Stride(0) == right.Stride(0);

    /// <summary>What is wrong with an argument that should be an fp32 matrix on a device; null if nothing is.</summary>
    public static (string Received, string Limit, string Remedy)? Flaw(string what, in Tensor tensor, Device device, int rows, int columns)
    {
        if (tensor.Buffer is null) return ($"no {what}", "a tensor is required", "Pass a tensor made with Tensor.Matrix.");
        if (tensor.Buffer.Device != device) return ($"{what} on {tensor.Buffer.Device.Name}", $"the plan runs on {device.Name}", "Copy the tensor to the plan's device.");
        return tensor.Rank != 2 || tensor.Type != ElementType.Float32 || tensor[0] != rows || tensor[1] != columns
            ? ($"{what} {tensor}", $"Float32[{rows}, {columns}] was planned", "Plan again with the tensor's shape.")
            : null;
    }

    private static long End(in Tensor tensor) => tensor.Offset + (tensor[0] - 1) * tensor.Stride(0) + tensor[1];
}
