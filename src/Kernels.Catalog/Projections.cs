namespace Kernels.Catalog;

/// <summary>Linear layers without an epilogue.</summary>
public static partial class Projections
{
    /// <summary>Dense weights.</summary>
    [DenseMatMul]
    public static partial MatMulKernel Dense { get; }

    /// <summary>2:4 weights.</summary>
    [SemiStructuredMatMul(Kept = 2, Of = 4)]
    public static partial MatMulKernel TwoOfFour { get; }
}
