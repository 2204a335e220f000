using System.ComponentModel;

namespace Kernels;

/// <summary>Where a kernel finds the filters of a convolution, and what is added to its sums.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct FilterArguments
{
    /// <summary>First tap, bias and value, in units of 32 bits from the first byte of the weights.</summary>
    public long Taps, Bias, Values;

    /// <summary>First pixel of the residual, and elements from channel to channel.</summary>
    public long Residual, ResidualStride;

    /// <summary>1 where there is a residual, else 0.</summary>
    public int HasResidual;
}
