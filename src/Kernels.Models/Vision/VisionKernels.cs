namespace Kernels.Models;

/// <summary>The convolutions of classifiers: windows by groups of outputs and by what follows.</summary>
internal static partial class VisionKernels
{
    /// <summary>Rows of the groups that can be run.</summary>
    public static readonly int[] GroupRows = [1, 2, 4, 8, 16];

    [GroupConvolution(GroupRows = 1)]
    private static partial ConvolutionKernel Pointwise1 { get; }

    [GroupConvolution(GroupRows = 2)]
    private static partial ConvolutionKernel Pointwise2 { get; }

    [GroupConvolution(GroupRows = 4)]
    private static partial ConvolutionKernel Pointwise4 { get; }

    [GroupConvolution(GroupRows = 8)]
    private static partial ConvolutionKernel Pointwise8 { get; }

    [GroupConvolution(GroupRows = 16)]
    private static partial ConvolutionKernel Pointwise16 { get; }

    [GroupConvolution(GroupRows = 1, Epilogue = nameof(Relu))]
    private static partial ConvolutionKernel PointwiseRelu1 { get; }

    [GroupConvolution(GroupRows = 2, Epilogue = nameof(Relu))]
    private static partial ConvolutionKernel PointwiseRelu2 { get; }

    [GroupConvolution(GroupRows = 4, Epilogue = nameof(Relu))]
    private static partial ConvolutionKernel PointwiseRelu4 { get; }

    [GroupConvolution(GroupRows = 8, Epilogue = nameof(Relu))]
    private static partial ConvolutionKernel PointwiseRelu8 { get; }

    [GroupConvolution(GroupRows = 16, Epilogue = nameof(Relu))]
    private static partial ConvolutionKernel PointwiseRelu16 { get; }

    [GroupConvolution(GroupRows = 1, Epilogue = nameof(Relu6))]
    private static partial ConvolutionKernel PointwiseRelu6By1 { get; }

    [GroupConvolution(GroupRows = 2, Epilogue = nameof(Relu6))]
    private static partial ConvolutionKernel PointwiseRelu6By2 { get; }

    [GroupConvolution(GroupRows = 4, Epilogue = nameof(Relu6))]
    private static partial ConvolutionKernel PointwiseRelu6By4 { get; }

    [GroupConvolution(GroupRows = 8, Epilogue = nameof(Relu6))]
    private static partial ConvolutionKernel PointwiseRelu6By8 { get; }

    [GroupConvolution(GroupRows = 16, Epilogue = nameof(Relu6))]
    private static partial ConvolutionKernel PointwiseRelu6By16 { get; }

    [GroupConvolution(GroupRows = 4, Window = 3, Stride = 2, Padding = 1, Epilogue = nameof(Relu))]
    private static partial ConvolutionKernel StemRelu { get; }

    [GroupConvolution(GroupRows = 4, Window = 3, Stride = 2, Padding = 1, Epilogue = nameof(Relu6))]
    private static partial ConvolutionKernel StemRelu6 { get; }

    [DepthwiseConvolution(Epilogue = nameof(Relu))]
    private static partial DepthwiseKernel DepthwiseRelu { get; }

    [DepthwiseConvolution(Stride = 2, Epilogue = nameof(Relu))]
    private static partial DepthwiseKernel HalvingRelu { get; }

    [DepthwiseConvolution(Epilogue = nameof(Relu6))]
    private static partial DepthwiseKernel DepthwiseRelu6 { get; }

    [DepthwiseConvolution(Stride = 2, Epilogue = nameof(Relu6))]
    private static partial DepthwiseKernel HalvingRelu6 { get; }

    private static readonly IReadOnlyDictionary<(ConvolutionWindow, int, Activation), ConvolutionKernel> Convolutions =
        new (Activation Activation, ConvolutionKernel[] Kernels)[]
        {
            (Activation.None, [Pointwise1, Pointwise2, Pointwise4, Pointwise8, Pointwise16]),
            (Activation.Relu, [PointwiseRelu1, PointwiseRelu2, PointwiseRelu4, PointwiseRelu8, PointwiseRelu16, StemRelu]),
            (Activation.Relu6, [PointwiseRelu6By1, PointwiseRelu6By2, PointwiseRelu6By4, PointwiseRelu6By8, PointwiseRelu6By16, StemRelu6]),
        }.SelectMany(row => row.Kernels.Select(kernel => (Key: (kernel.Declaration.Window, kernel.Declaration.GroupRows, row.Activation), kernel)))
        .ToDictionary(entry => entry.Key, entry => entry.kernel);

    private static readonly IReadOnlyDictionary<(ConvolutionWindow, Activation), DepthwiseKernel> Depthwises =
        new (Activation Activation, DepthwiseKernel[] Kernels)[]
        {
            (Activation.Relu, [DepthwiseRelu, HalvingRelu]),
            (Activation.Relu6, [DepthwiseRelu6, HalvingRelu6]),
        }.SelectMany(row => row.Kernels.Select(kernel => (Key: (kernel.Declaration.Window, row.Activation), kernel)))
        .ToDictionary(entry => entry.Key, entry => entry.kernel);

    /// <summary>The kernel of a convolution with groups of <paramref name="groupRows"/>, or null.</summary>
    public static ConvolutionKernel? Find(VisionLayer layer, int groupRows) => Convolutions.GetValueOrDefault((layer.Window, groupRows, layer.Activation));

    /// <summary>The kernel of a depthwise convolution, or null.</summary>
    public static DepthwiseKernel? FindDepthwise(VisionLayer layer) => Depthwises.GetValueOrDefault((layer.Window, layer.Activation));

    private static float Relu(float x) => MathF.Max(x, 0f);

    private static float Relu6(float x) => MathF.Min(MathF.Max(x, 0f), 6f);
}
