namespace Kernels;

/// <summary>One run of a convolution that keeps every weight: where its operands lie.</summary>
internal unsafe struct DenseRun
{
    /// <summary>Filters as tiles or panels.</summary>
    public float* Filters;

    /// <summary>Bias of each output.</summary>
    public float* Bias;

    /// <summary>First pixel of output 0's residual, or null.</summary>
    public float* Residual;

    /// <summary>Floats between the residual's channels.</summary>
    public long ResidualStride;

    /// <summary>First pixel of output 0.</summary>
    public float* Output;

    /// <summary>Floats between output channels.</summary>
    public long OutputStride;
}
