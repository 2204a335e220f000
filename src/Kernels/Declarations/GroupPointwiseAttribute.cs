namespace Kernels;

/// <summary>
/// Declares a <see cref="PointwiseKernel"/> with fine-grained groups: <see cref="GroupRows"/> neighbouring outputs share the inputs
/// they use. Groups of one are unstructured weights.
/// </summary>
/// <remarks>Weights broadcast against vectors of pixels, as in "Fast Sparse ConvNets" (arXiv 1911.09723, §3).</remarks>
public sealed class GroupPointwiseAttribute : KernelAttribute
{
    /// <summary>Outputs of a group: 1, 2, 4 or 8. Default 4.</summary>
    public int GroupRows { get; set; } = 4;
}
