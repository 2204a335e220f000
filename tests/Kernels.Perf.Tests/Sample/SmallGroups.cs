namespace Kernels.Perf.Tests.Sample;

internal static partial class SmallGroups
{
    /// <summary>Groups of 64 rows, so that short texts have several.</summary>
    [AnchorAttention(HeadDim = 8, Block = 32, Step = 2, Theta = 2.5f)]
    public static partial AttentionKernel Anchor8 { get; }
}
