namespace Kernels;

/// <summary>How a weight matrix is stored for a product.</summary>
public enum WeightFormat
{
    /// <summary>Every weight.</summary>
    Dense,

    /// <summary>N of every M consecutive inputs of an output row (2:4, 1:8, …).</summary>
    SemiStructured,

    /// <summary>Neighbouring outputs share the inputs they use.</summary>
    Groups,
}
