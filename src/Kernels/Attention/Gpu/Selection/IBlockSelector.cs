using System.ComponentModel;

namespace Kernels;

/// <summary>Decides about blocks that are not kept in any case: the type argument that makes one kernel text serve every selector.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IBlockSelector
{
    /// <summary>Whether a row group keeps a block.</summary>
    /// <param name="estimate">The block's estimate.</param>
    /// <param name="rank">Blocks before it: those kept in any case, then those of larger estimate.</param>
    /// <param name="taken">Sum of their estimates.</param>
    /// <param name="total">Sum of all estimates.</param>
    /// <param name="largest">The largest estimate.</param>
    /// <param name="blocks">Blocks that the row group chooses among.</param>
    /// <param name="queryGroup">The row group, counted from position 0.</param>
    /// <param name="keyBlock">The block.</param>
    /// <param name="arguments">The launch.</param>
    static abstract bool Keeps(
        float estimate, int rank, float taken, float total, float largest, int blocks, int queryGroup, int keyBlock, EstimateArguments arguments);
}
