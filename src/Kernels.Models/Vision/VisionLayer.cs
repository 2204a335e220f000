namespace Kernels.Models;

/// <summary>One convolution of a network, norms folded in: activation(filters ∗ input + bias + residual).</summary>
public sealed record VisionLayer
{
    /// <summary>Name, unique in its network.</summary>
    public required string Name { get; init; }

    /// <summary>The layer whose output it reads; −1 for the image.</summary>
    public required int Input { get; init; }

    /// <summary>The layer whose output is added before the activation, or null.</summary>
    public int? Residual { get; init; }

    /// <summary>Input channels.</summary>
    public required int Inputs { get; init; }

    /// <summary>Output channels.</summary>
    public required int Outputs { get; init; }

    /// <summary>How the window moves.</summary>
    public required ConvolutionWindow Window { get; init; }

    /// <summary>Whether every channel has a window of its own.</summary>
    public bool IsDepthwise { get; init; }

    /// <summary>[outputs, inputs, side, side], or [channels, side, side] where depthwise.</summary>
    public required float[] Filters { get; init; }

    /// <summary>[outputs].</summary>
    public required float[] Bias { get; init; }

    /// <summary>What follows.</summary>
    public Activation Activation { get; init; }

    /// <summary>Which weights are stored, [outputs, inputs × taps]; null for all.</summary>
    public WeightMask? Mask { get; init; }

    /// <summary>Neighbouring outputs that <see cref="Mask"/> keeps or drops together; 1 where it says so of every weight by itself.</summary>
    public int GroupRows { get; init; } = 1;

    /// <summary>Weights that meet one window of an output.</summary>
    public int Columns => (IsDepthwise ? 1 : Inputs) * Window.Taps;
}
