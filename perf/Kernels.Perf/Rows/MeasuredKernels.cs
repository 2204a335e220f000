namespace Kernels.Perf.Rows;

/// <summary>The kernels the rows time, declared as any user would.</summary>
internal static partial class MeasuredKernels
{
    [DenseMatMul]
    public static partial MatMulKernel Dense { get; }

    [SemiStructuredMatMul(Kept = 2, Of = 4)]
    public static partial MatMulKernel TwoOfFour { get; }

    [SemiStructuredMatMul(Kept = 1, Of = 4)]
    public static partial MatMulKernel OneOfFour { get; }

    [SemiStructuredMatMul(Kept = 2, Of = 8)]
    public static partial MatMulKernel TwoOfEight { get; }

    [SemiStructuredMatMul(Kept = 4, Of = 16)]
    public static partial MatMulKernel FourOfSixteen { get; }

    [SemiStructuredMatMul(Kept = 2, Of = 16)]
    public static partial MatMulKernel TwoOfSixteen { get; }

    [GroupMatMul(GroupRows = 1)]
    public static partial MatMulKernel ProductSingles { get; }

    [GroupMatMul(GroupRows = 4)]
    public static partial MatMulKernel ProductGroupsOf4 { get; }

    [GroupMatMul(GroupRows = 16)]
    public static partial MatMulKernel ProductGroupsOf16 { get; }

    [GroupConvolution(GroupRows = 4)]
    public static partial ConvolutionKernel GroupOf4 { get; }

    [GroupConvolution(GroupRows = 1)]
    public static partial ConvolutionKernel Unstructured { get; }

    [DenseAttention(HeadDim = 64)]
    public static partial AttentionKernel Causal64 { get; }

    [DenseAttention(HeadDim = 128)]
    public static partial AttentionKernel Causal128 { get; }

    [MaskedAttention(HeadDim = 64, Mask = nameof(IsInWindow1024))]
    public static partial AttentionKernel Window64 { get; }

    [DenseAttention(HeadDim = 128, Causal = false)]
    public static partial AttentionKernel Full128 { get; }

    [IndexedAttention(HeadDim = 128)]
    public static partial AttentionKernel Indexed128 { get; }

    [IndexedAttention(HeadDim = 128, Causal = false)]
    public static partial AttentionKernel Listed128 { get; }

    private static bool IsInWindow1024(int query, int key) => query - key < 1024;
}
