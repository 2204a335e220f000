namespace Kernels.Tests.Contraction;

/// <summary>The products under test.</summary>
internal static partial class Products
{
    [DenseMatMul]
    public static partial MatMulKernel Dense { get; }

    [SemiStructuredMatMul]
    public static partial MatMulKernel TwoOfFour { get; }

    [DenseMatMul(Epilogue = nameof(Silu))]
    public static partial MatMulKernel DenseSilu { get; }

    [SemiStructuredMatMul(Epilogue = nameof(Silu))]
    public static partial MatMulKernel TwoOfFourSilu { get; }

    [DenseMatMul(Epilogue = nameof(Leak))]
    public static partial MatMulKernel DenseLeak { get; }

    [SemiStructuredMatMul(Epilogue = nameof(Leak))]
    public static partial MatMulKernel TwoOfFourLeak { get; }

    [SemiStructuredMatMul(Kept = 1, Of = 4)]
    public static partial MatMulKernel OneOfFour { get; }

    [SemiStructuredMatMul(Kept = 4, Of = 16)]
    public static partial MatMulKernel FourOfSixteen { get; }

    [SemiStructuredMatMul(Kept = 3, Of = 32, Vector = 8)]
    public static partial MatMulKernel ThreeOfThirtyTwo { get; }

    [GroupMatMul(GroupRows = 1)]
    public static partial MatMulKernel Unstructured { get; }

    [GroupMatMul(GroupRows = 2)]
    public static partial MatMulKernel GroupsOfTwo { get; }

    [GroupMatMul(GroupRows = 4, Epilogue = nameof(Leak))]
    public static partial MatMulKernel GroupsOfFourLeak { get; }

    [GroupMatMul(GroupRows = 8)]
    public static partial MatMulKernel GroupsOfEight { get; }

    [GroupMatMul(GroupRows = 16)]
    public static partial MatMulKernel GroupsOfSixteen { get; }

    private static float Silu(float x) => x / (1f + MathF.Exp(-x));

    /// <summary>Neither idempotent nor zero at zero: applied twice, or to half of the contraction, it shows.</summary>
    private static float Leak(float x) => x < 0f ? 1f + x / 16f : 1f + x;
}
