namespace Kernels.Gpu.Rows;

/// <summary>Kernels that are timed and that the catalog does not have.</summary>
internal static partial class MeasuredKernels
{
    [IndexedAttention(HeadDim = 128)]
    public static partial AttentionKernel Indexed128 { get; }

    [SemiStructuredMatMul(Kept = 2, Of = 8, Vector = 8)]
    public static partial MatMulKernel VectorsOf2Of8 { get; }

    [GroupConvolution(GroupRows = 4)]
    public static partial ConvolutionKernel Pointwise { get; }

    [GroupConvolution(GroupRows = 4, Window = 3, Padding = 1)]
    public static partial ConvolutionKernel Window3 { get; }

    [DepthwiseConvolution]
    public static partial DepthwiseKernel Depthwise3 { get; }
}
