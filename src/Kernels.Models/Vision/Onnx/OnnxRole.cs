namespace Kernels.Models;

/// <summary>What a value of an ONNX graph is in a classifier.</summary>
internal enum OnnxRole
{
    /// <summary>The image or the output of a convolution.</summary>
    Features,

    /// <summary>The mean of every row of every channel of the last convolution.</summary>
    RowMeans,

    /// <summary>The mean of every channel of the last convolution.</summary>
    Means,

    /// <summary>The output of the linear layer.</summary>
    Logits,

    /// <summary>What a softmax makes of the logits; it changes no order.</summary>
    Probabilities,

    /// <summary>Numbers made of a value's shape, which only change shapes.</summary>
    Shape,
}
