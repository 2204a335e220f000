namespace Kernels.Models;

/// <summary>A convolution of an ONNX graph, gathering what follows it.</summary>
internal sealed class OnnxLayer
{
    /// <summary>The operation.</summary>
    public required OnnxNode Node { get; init; }

    /// <summary>The layer it reads; −1 for the image.</summary>
    public required int Input { get; init; }

    /// <summary>Input channels.</summary>
    public required int Inputs { get; init; }

    /// <summary>Output channels.</summary>
    public required int Outputs { get; init; }

    /// <summary>Whether every channel has a window of its own.</summary>
    public required bool IsDepthwise { get; init; }

    /// <summary>Rows and columns of what it reads.</summary>
    public required int Length { get; init; }

    /// <summary>Side of the window.</summary>
    public required int Window { get; init; }

    /// <summary>Pixels from one window to the next.</summary>
    public required int Stride { get; init; }

    /// <summary>Zeros around what it reads.</summary>
    public required OnnxPads Pads { get; init; }

    /// <summary>[outputs, inputs, window, window].</summary>
    public required float[] Filters { get; init; }

    /// <summary>[outputs].</summary>
    public required float[] Bias { get; init; }

    /// <summary>The layer whose output is added, or null.</summary>
    public int? Residual { get; set; }

    /// <summary>The limits its outputs are clipped to.</summary>
    public (float Low, float High) Limits { get; private set; } = (float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>Whether outputs are clipped, so that nothing can be folded into the filters any more.</summary>
    public bool IsClipped => Limits != (float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>Rows and columns of its output.</summary>
    public int Count => (Length + Pads.Before + Pads.After - Window) / Stride + 1;

    /// <summary>Clips the outputs; the largest floats stand for no limit, as exporters write it.</summary>
    public void Clip(float? low, float? high) => Limits = (
        Math.Max(Limits.Low, low is null or <= float.MinValue ? float.NegativeInfinity : low.Value),
        Math.Min(Limits.High, high is null or >= float.MaxValue ? float.PositiveInfinity : high.Value));

    /// <summary>Whether windows padded alike on both sides meet the pixels that these meet.</summary>
    /// <param name="isTurned">Whether the image is turned by 180°.</param>
    public bool Fits(bool isTurned) => Padding(isTurned) is >= 0 and var padding && padding < Window && (Length + 2 * padding - Window) / Stride + 1 == Count;

    /// <summary>The layer of a network.</summary>
    /// <param name="name">A name of its own.</param>
    /// <param name="isTurned">Whether the image, and so every window, is turned by 180°.</param>
    public VisionLayer Build(string name, bool isTurned)
    {
        var filters = Filters;
        if (isTurned)
        {
            filters = (float[])filters.Clone();
            for (var window = 0; window < filters.Length; window += Window * Window) filters.AsSpan(window, Window * Window).Reverse();
        }

        return new VisionLayer
        {
            Name = name, Input = Input, Residual = Residual, Inputs = Inputs, Outputs = Outputs, IsDepthwise = IsDepthwise,
            Window = new ConvolutionWindow(Window, Stride, Padding(isTurned)), Filters = filters, Bias = Bias,
            Activation = Limits switch
            {
                (float.NegativeInfinity, float.PositiveInfinity) => Activation.None,
                (0, float.PositiveInfinity) => Activation.Relu,
                (0, 6) => Activation.Relu6,
                _ => throw Node.Refuse(FormattableString.Invariant($"clipped to {Limits.Low} and {Limits.High}"), "0 and 6, or 0 alone, are run"),
            },
        };
    }

    // The zeros before the first window; from the other end, what the last window reaches beyond the image.
    private int Padding(bool isTurned) => isTurned ? (Count - 1) * Stride + Window - Pads.Before - Length : Pads.Before;
}
