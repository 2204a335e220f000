namespace Kernels;

/// <summary>
/// Declares a product with fine-grained groups: <see cref="GroupRows"/> neighbouring outputs share the inputs they use, and whole groups
/// are dropped. Groups of one are unstructured weights; blocks and V:N:M are packed as the groups they consist of.
/// </summary>
/// <remarks>The pattern is 1×N of arXiv 2105.14713, §3.2. Up to 65,536 inputs.</remarks>
public sealed class GroupMatMulAttribute : MatMulAttribute
{
    /// <summary>Outputs of a group: 1, 2, 4, 8 or 16. Default 4.</summary>
    public int GroupRows { get; set; } = 4;
}
