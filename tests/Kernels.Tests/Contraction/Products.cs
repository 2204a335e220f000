namespace Kernels.Tests.Contraction;

/// <summary>The products under test.</summary>
internal static partial class Products
{
    [DenseMatMul]
    public static partial MatMulKernel Dense { get; }

    [SemiStructuredMatMul]
    public static partial MatMulKernel TwoOfFour { get; }
}
