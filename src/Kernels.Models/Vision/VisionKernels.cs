namespace Kernels.Models;

/// <summary>The convolutions of classifiers: windows by groups of outputs and by what follows.</summary>
internal static partial class VisionKernels
{
    [GroupConvolution]
    private static partial ConvolutionFamily Pointwise { get; }

    [GroupConvolution(Epilogue = nameof(Relu))]
    private static partial ConvolutionFamily PointwiseRelu { get; }

    [GroupConvolution(Epilogue = nameof(Relu6))]
    private static partial ConvolutionFamily PointwiseRelu6 { get; }

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

    private static readonly IReadOnlyDictionary<(ConvolutionWindow, Activation), DepthwiseKernel> Depthwises =
        new (Activation Activation, DepthwiseKernel[] Kernels)[]
        {
            (Activation.Relu, [DepthwiseRelu, HalvingRelu]),
            (Activation.Relu6, [DepthwiseRelu6, HalvingRelu6]),
        }.SelectMany(row => row.Kernels.Select(kernel => (Key: (kernel.Declaration.Window, row.Activation), kernel)))
        .ToDictionary(entry => entry.Key, entry => entry.kernel);

    /// <summary>Rows of the groups that can be run.</summary>
    public static IReadOnlyList<int> GroupRows => Pointwise.GroupRows;

    /// <summary>The kernel of a convolution with groups of <paramref name="groupRows"/>, or null.</summary>
    public static ConvolutionKernel? Find(VisionLayer layer, int groupRows) => !GroupRows.Contains(groupRows) ? null : (layer.Window, layer.Activation) switch
    {
        ({ Side: 1, Stride: 1, Padding: 0 }, Activation.None) => Pointwise.For(groupRows),
        ({ Side: 1, Stride: 1, Padding: 0 }, Activation.Relu) => PointwiseRelu.For(groupRows),
        ({ Side: 1, Stride: 1, Padding: 0 }, Activation.Relu6) => PointwiseRelu6.For(groupRows),
        ({ Side: 3, Stride: 2, Padding: 1 }, Activation.Relu) when groupRows == StemRelu.Declaration.GroupRows => StemRelu,
        ({ Side: 3, Stride: 2, Padding: 1 }, Activation.Relu6) when groupRows == StemRelu6.Declaration.GroupRows => StemRelu6,
        _ => null,
    };

    /// <summary>The kernel of a depthwise convolution, or null.</summary>
    public static DepthwiseKernel? FindDepthwise(VisionLayer layer) => Depthwises.GetValueOrDefault((layer.Window, layer.Activation));

    private static float Relu(float x) => MathF.Max(x, 0f);

    private static float Relu6(float x) => MathF.Min(MathF.Max(x, 0f), 6f);
}
