namespace Kernels.Testing;

/// <summary>The products under test.</summary>
public static partial class Products
{
    /// <summary>Dense weights.</summary>
    [DenseMatMul]
    public static partial MatMulKernel Dense { get; }

    /// <summary>2:4 weights.</summary>
    [SemiStructuredMatMul]
    public static partial MatMulKernel TwoOfFour { get; }

    /// <summary>Dense weights and SiLU.</summary>
    [DenseMatMul(Epilogue = nameof(Silu))]
    public static partial MatMulKernel DenseSilu { get; }

    /// <summary>2:4 weights and SiLU.</summary>
    [SemiStructuredMatMul(Epilogue = nameof(Silu))]
    public static partial MatMulKernel TwoOfFourSilu { get; }

    /// <summary>Dense weights and an epilogue that shows when it is applied twice, or to a part of the sum.</summary>
    [DenseMatMul(Epilogue = nameof(Leak))]
    public static partial MatMulKernel DenseLeak { get; }

    /// <summary>2:4 weights and the same epilogue.</summary>
    [SemiStructuredMatMul(Epilogue = nameof(Leak))]
    public static partial MatMulKernel TwoOfFourLeak { get; }

    /// <summary>Dense weights and a gate.</summary>
    [DenseMatMul(Epilogue = nameof(Gate))]
    public static partial MatMulKernel DenseGate { get; }

    /// <summary>2:4 weights and a gate.</summary>
    [SemiStructuredMatMul(Epilogue = nameof(Gate))]
    public static partial MatMulKernel TwoOfFourGate { get; }

    /// <summary>Groups and a gate.</summary>
    [GroupMatMul(GroupRows = 4, Epilogue = nameof(Gate))]
    public static partial MatMulKernel GroupsOfFourGate { get; }

    [SemiStructuredMatMul(Kept = 1, Of = 4)]
    public static partial MatMulKernel OneOfFour { get; }

    [SemiStructuredMatMul(Kept = 2, Of = 8)]
    public static partial MatMulKernel TwoOfEight { get; }

    [SemiStructuredMatMul(Kept = 5, Of = 12)]
    public static partial MatMulKernel FiveOfTwelve { get; }

    [SemiStructuredMatMul(Kept = 8, Of = 32, Epilogue = nameof(Leak))]
    public static partial MatMulKernel EightOfThirtyTwoLeak { get; }

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

    /// <summary>SwiGLU's product (arXiv 2002.05202, §2), and one more: applied twice, or to half of the contraction, it shows.</summary>
    private static float Gate(float x, float gate) => gate / (1f + MathF.Exp(-gate)) * x + 1f;

    /// <summary>Neither idempotent nor zero at zero: applied twice, or to half of the contraction, it shows.</summary>
    private static float Leak(float x) => x < 0f ? 1f + x / 16f : 1f + x;
}
