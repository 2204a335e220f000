namespace Kernels.Catalog;

/// <summary>Linear layers without an epilogue.</summary>
public static partial class Projections
{
    /// <summary>Dense weights.</summary>
    [DenseMatMul]
    public static partial MatMulKernel Dense { get; }

    /// <summary>2:4 weights.</summary>
    [SemiStructuredMatMul(Kept = 2, Of = 4)]
    public static partial MatMulKernel TwoOfFour { get; }

    /// <summary>Single weights.</summary>
    [GroupMatMul(GroupRows = 1)]
    public static partial MatMulKernel Unstructured { get; }

    /// <summary>Two outputs share their inputs.</summary>
    [GroupMatMul(GroupRows = 2)]
    public static partial MatMulKernel GroupsOf2 { get; }

    /// <summary>Four outputs share their inputs.</summary>
    [GroupMatMul(GroupRows = 4)]
    public static partial MatMulKernel GroupsOf4 { get; }

    /// <summary>Eight outputs share their inputs.</summary>
    [GroupMatMul(GroupRows = 8)]
    public static partial MatMulKernel GroupsOf8 { get; }

    /// <summary>Sixteen outputs share their inputs.</summary>
    [GroupMatMul(GroupRows = 16)]
    public static partial MatMulKernel GroupsOf16 { get; }

    /// <summary>The kernel for the largest groups that outputs sharing their inputs in groups of <paramref name="rows"/> consist of.</summary>
    /// <param name="rows">Outputs of a group, at least 1.</param>
    public static MatMulKernel Groups(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        return rows % 16 == 0 ? GroupsOf16 : rows % 8 == 0 ? GroupsOf8 : rows % 4 == 0 ? GroupsOf4 : rows % 2 == 0 ? GroupsOf2 : Unstructured;
    }
}
