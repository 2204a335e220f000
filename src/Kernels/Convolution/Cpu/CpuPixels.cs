namespace Kernels;

/// <summary>Tensors of a convolution as memory of the processor.</summary>
internal static unsafe class CpuPixels
{
    /// <summary>The first element.</summary>
    public static float* First(in Tensor tensor) => (float*)((CpuBuffer)tensor.Buffer).Pointer + tensor.Offset;
}
