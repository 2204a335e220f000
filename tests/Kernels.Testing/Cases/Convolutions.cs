namespace Kernels.Testing;

/// <summary>The convolutions under test.</summary>
public static partial class Convolutions
{
    /// <summary>Groups of every size over single pixels.</summary>
    public static IReadOnlyList<ConvolutionKernel> Pointwise => [Unstructured, Pairs, Fours, Eights, Sixteens];

    /// <summary>Windows of several sides, strides and paddings.</summary>
    public static IReadOnlyList<ConvolutionKernel> Windows => [Same, Stem, Wide, Narrow, Skipping];

    /// <summary>Windows over channels one by one.</summary>
    public static IReadOnlyList<DepthwiseKernel> Depthwise => [DepthwiseSame, DepthwiseHalving, DepthwiseWide, DepthwiseEven];

    [GroupConvolution(GroupRows = 1)]
    public static partial ConvolutionKernel Unstructured { get; }

    [GroupConvolution(GroupRows = 2, Epilogue = nameof(Relu6))]
    public static partial ConvolutionKernel Pairs { get; }

    [GroupConvolution]
    public static partial ConvolutionKernel Fours { get; }

    [GroupConvolution(GroupRows = 8)]
    public static partial ConvolutionKernel Eights { get; }

    [GroupConvolution(GroupRows = 16, Epilogue = nameof(Relu6))]
    public static partial ConvolutionKernel Sixteens { get; }

    [GroupConvolution(Window = 3, Padding = 1, Epilogue = nameof(Relu6))]
    public static partial ConvolutionKernel Same { get; }

    [GroupConvolution(GroupRows = 2, Window = 3, Stride = 2, Padding = 1)]
    public static partial ConvolutionKernel Stem { get; }

    [GroupConvolution(GroupRows = 1, Window = 5, Stride = 2, Padding = 3)]
    public static partial ConvolutionKernel Wide { get; }

    [GroupConvolution(Window = 3)]
    public static partial ConvolutionKernel Narrow { get; }

    [GroupConvolution(GroupRows = 4, Window = 1, Stride = 2)]
    public static partial ConvolutionKernel Skipping { get; }

    [DepthwiseConvolution(Epilogue = nameof(Relu6))]
    public static partial DepthwiseKernel DepthwiseSame { get; }

    [DepthwiseConvolution(Stride = 2)]
    public static partial DepthwiseKernel DepthwiseHalving { get; }

    [DepthwiseConvolution(Window = 5, Stride = 2, Padding = 2, Epilogue = nameof(Relu6))]
    public static partial DepthwiseKernel DepthwiseWide { get; }

    [DepthwiseConvolution(Window = 2, Padding = 0)]
    public static partial DepthwiseKernel DepthwiseEven { get; }

    private static float Relu6(float x) => MathF.Min(MathF.Max(x, 0f), 6f);
}
