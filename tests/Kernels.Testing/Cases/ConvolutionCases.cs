namespace Kernels.Testing;

/// <summary>The convolutions every GPU is tried on.</summary>
public static class ConvolutionCases
{
    /// <summary>Depthwise: single pixels, images smaller and larger than a block of pixels.</summary>
    public static IEnumerable<DepthwiseCase> Depthwise =>
        from kernel in Convolutions.Depthwise
        from shape in new[] { new DepthwiseShape(1, 2, 2), new(3, 1, 1), new(5, 7, 7), new(3, 28, 57) }
        where kernel.Declaration.Window.Fits(shape.Height, shape.Width).IsSupported
        select new DepthwiseCase(kernel, shape);

    /// <summary>By groups of outputs.</summary>
    /// <param name="device">Name of the device; <c>opencl</c>, which takes its time to compile, is not given every kernel.</param>
    public static IEnumerable<ConvolutionCase> Groups(string device)
    {
        var isOpenCl = device == "opencl";
        var pointwise =
            from kernel in isOpenCl ? [Convolutions.Unstructured, Convolutions.Pairs, Convolutions.Sixteens] : Convolutions.Pointwise
            from problem in new (ConvolutionShape Shape, double Density)[] { (new(1, 16, 1, 3), 1), (new(20, 48, 1, 49), 0.05), (new(33, 32, 1, 600), 0.3) }
            select new ConvolutionCase(kernel, problem.Shape, problem.Density);
        var windows =
            from kernel in isOpenCl ? [Convolutions.Same, Convolutions.Wide] : Convolutions.Windows
            from shape in new[] { new ConvolutionShape(3, 12, 1, 1), new(3, 12, 2, 5), new(3, 12, 19, 40) }
            where kernel.Declaration.Window.Fits(shape.Height, shape.Width).IsSupported
            select new ConvolutionCase(kernel, shape, 0.6);
        return pointwise.Concat(windows);
    }
}
