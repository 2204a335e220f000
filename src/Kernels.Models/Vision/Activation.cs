namespace Kernels.Models;

/// <summary>What follows a convolution.</summary>
public enum Activation
{
    /// <summary>Nothing: a linear bottleneck.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>min(max(x, 0), 6).</summary>
    Relu6,
}
