namespace Kernels.Gpu.Rows;

/// <summary>A kernel that is timed and that the catalog does not have.</summary>
internal static partial class MeasuredKernels
{
    [IndexedAttention(HeadDim = 128)]
    public static partial AttentionKernel Indexed128 { get; }
}
