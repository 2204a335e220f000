namespace Kernels.Models;

/// <summary>What a name of an ONNX graph stands for while a network is made of it.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Layer">The convolution that makes it; −1 for the image.</param>
/// <param name="ChannelsLast">Whether its axes are [1, rows, columns, channels], as TensorFlow has them.</param>
/// <param name="Pads">Zeros that were put around it.</param>
/// <param name="IsShared">Whether something reads it under another name as well.</param>
internal readonly record struct OnnxValue(OnnxRole Role, int Layer = -1, bool ChannelsLast = false, OnnxPads Pads = default, bool IsShared = false);
