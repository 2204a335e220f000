namespace Kernels.Catalog;

/// <summary>
/// AnchorAttention (arXiv 2505.23520, the exact cover) with the paper's parameters: blocks of 128, 16 query blocks sharing a
/// selection, θ = 12. For the head dimensions of published models.
/// </summary>
public static partial class AnchorAttention
{
    /// <summary>The head dimensions declared here, ascending.</summary>
    public static ReadOnlySpan<int> HeadDims => [8, 16, 32, 48, 64, 80, 96, 112, 128, 192, 256];

    /// <summary>Head dimension 8.</summary>
    [AnchorAttention(HeadDim = 8)]
    public static partial AttentionKernel Causal8 { get; }

    /// <summary>Head dimension 16.</summary>
    [AnchorAttention(HeadDim = 16)]
    public static partial AttentionKernel Causal16 { get; }

    /// <summary>Head dimension 32.</summary>
    [AnchorAttention(HeadDim = 32)]
    public static partial AttentionKernel Causal32 { get; }

    /// <summary>Head dimension 48.</summary>
    [AnchorAttention(HeadDim = 48)]
    public static partial AttentionKernel Causal48 { get; }

    /// <summary>Head dimension 64.</summary>
    [AnchorAttention(HeadDim = 64)]
    public static partial AttentionKernel Causal64 { get; }

    /// <summary>Head dimension 80.</summary>
    [AnchorAttention(HeadDim = 80)]
    public static partial AttentionKernel Causal80 { get; }

    /// <summary>Head dimension 96.</summary>
    [AnchorAttention(HeadDim = 96)]
    public static partial AttentionKernel Causal96 { get; }

    /// <summary>Head dimension 112.</summary>
    [AnchorAttention(HeadDim = 112)]
    public static partial AttentionKernel Causal112 { get; }

    /// <summary>Head dimension 128.</summary>
    [AnchorAttention(HeadDim = 128)]
    public static partial AttentionKernel Causal128 { get; }

    /// <summary>Head dimension 192.</summary>
    [AnchorAttention(HeadDim = 192)]
    public static partial AttentionKernel Causal192 { get; }

    /// <summary>Head dimension 256.</summary>
    [AnchorAttention(HeadDim = 256)]
    public static partial AttentionKernel Causal256 { get; }

    /// <summary>The kernel for heads of <paramref name="headDim"/> channels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No kernel is declared for this head dimension.</exception>
    public static AttentionKernel For(int headDim) => headDim switch
    {
        8 => Causal8,
        16 => Causal16,
        32 => Causal32,
        48 => Causal48,
        64 => Causal64,
        80 => Causal80,
        96 => Causal96,
        112 => Causal112,
        128 => Causal128,
        192 => Causal192,
        256 => Causal256,
        _ => throw new ArgumentOutOfRangeException(
            nameof(headDim), headDim,
            $"AnchorAttention is declared for head dimensions {string.Join(", ", HeadDims.ToArray())}; declare [AnchorAttention(HeadDim = {headDim})] for another."),
    };
}
