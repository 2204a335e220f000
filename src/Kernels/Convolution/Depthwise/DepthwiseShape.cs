namespace Kernels;

/// <summary>The depthwise convolution a plan holds: one image, channels first.</summary>
/// <param name="Channels">Channels in and out.</param>
/// <param name="Height">Rows of the input image.</param>
/// <param name="Width">Columns of the input image.</param>
public readonly record struct DepthwiseShape(int Channels, int Height, int Width);
